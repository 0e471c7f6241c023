package dev.lathe.run.config;

import dev.lathe.base.UserError;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * YAML as OmegaConf reads it, kept with line and column. A key that stands twice is an error. Depth, size and the number
 * of values (which aliases multiply) are bounded.
 */
final class YamlReader {
    private static final int MOST_DEPTH = 30;
    private static final int MOST_VALUES = 20_000;

    private final String origin;
    private final boolean argument;
    private int values;

    private YamlReader(String origin, boolean argument) {
        this.origin = origin;
        this.argument = argument;
    }

    /** Reads a file's text. An empty one is null. */
    static Located read(String text, String file) {
        return new YamlReader(file, false).parse(text);
    }

    /** Reads the value of a command line argument: {@code 5}, {@code [a, b]}, {@code {min_lr: 1e-5}}. */
    static Located argument(String text, String written) {
        return new YamlReader(written, true).parse(text);
    }

    private Located parse(String text) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(ConfigFile.MOST_BYTES);
        limits.setNestingDepthLimit(MOST_DEPTH);
        DumperOptions unused = new DumperOptions();
        Yaml yaml = new Yaml(new SafeConstructor(limits), new Representer(unused), unused, limits, new YamlScalars());
        try {
            Node root = yaml.compose(new StringReader(text));
            return root == null ? new Located(Value.NOTHING, place(1, 1), "") : convert(root, 0);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            String where = mark == null || argument
                    ? origin
                    : "%s line %d column %d".formatted(origin, mark.getLine() + 1, mark.getColumn() + 1);
            throw new UserError("%s: not valid YAML: %s".formatted(where, e.getProblem()), e);
        } catch (YAMLException e) {
            throw new UserError("%s: not valid YAML: %s".formatted(origin, e.getMessage()), e);
        }
    }

    private Located convert(Node node, int depth) {
        Origin at = place(node);
        if (++values > MOST_VALUES || depth > MOST_DEPTH) {
            throw refused(node, "too many values, or nested too deeply (an alias inside itself?)");
        }
        return switch (node) {
            case ScalarNode scalar -> new Located(scalar(scalar), at, scalar.getValue());
            case SequenceNode sequence -> {
                List<Located> items = new ArrayList<>();
                for (Node item : sequence.getValue()) {
                    items.add(convert(item, depth + 1));
                }
                Value value = new Value.Items(List.copyOf(items));
                yield new Located(value, at, value.shown());
            }
            case MappingNode mapping -> {
                Value value = new Value.Fields(Collections.unmodifiableMap(fields(mapping, depth)));
                yield new Located(value, at, value.shown());
            }
            default -> throw refused(node, "a value of no known kind");
        };
    }

    private Map<String, Located> fields(MappingNode mapping, int depth) {
        Map<String, Located> own = new LinkedHashMap<>();
        Map<String, Located> merged = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw refused(entry.getKeyNode(), "a key must be a word");
            }
            Located value = convert(entry.getValueNode(), depth + 1);
            if (key.getTag().equals(Tag.MERGE)) {
                merge(merged, value, key);
                continue;
            }
            Located first = own.putIfAbsent(key.getValue(), value.at(place(key)));
            if (first != null) {
                throw refused(
                        key,
                        "%s is given twice; it already stands in %s. Delete one of them"
                                .formatted(key.getValue(), lineOf(first)));
            }
        }
        merged.forEach(own::putIfAbsent);
        return own;
    }

    private void merge(Map<String, Located> into, Located value, Node at) {
        switch (value.value()) {
            case Value.Fields(Map<String, Located> fields) -> fields.forEach(into::putIfAbsent);
            case Value.Items(List<Located> items) -> items.forEach(item -> merge(into, item, at));
            default -> throw refused(at, "<< needs a mapping");
        }
    }

    private Value scalar(ScalarNode node) {
        try {
            return YamlScalars.value(node.getValue(), node.getTag())
                    .orElseThrow(() -> refused(
                            node, "the tag " + node.getTag().getValue() + " has no meaning here; leave it out"));
        } catch (NumberFormatException e) {
            throw refused(node, "a number that cannot be read");
        }
    }

    private Origin place(Node node) {
        Mark mark = node.getStartMark();
        return place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private Origin place(int line, int column) {
        return argument ? new Origin.Argument(origin) : new Origin.Line(origin, line, column, "");
    }

    private static String lineOf(Located value) {
        return value.origin() instanceof Origin.Line line
                ? "line " + line.line()
                : value.origin().described();
    }

    private UserError refused(Node node, String message) {
        Mark mark = node.getStartMark();
        return new UserError(
                argument ? origin + ": " + message : "%s line %d: %s".formatted(origin, mark.getLine() + 1, message));
    }
}
