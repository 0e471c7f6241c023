package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Which files of a repository belong to which split: as the card's {@code configs} say, or else by their names, as the
 * hub's documentation of data set repositories has it.
 *
 * @param patterns globs by split; empty to go by names
 */
record HubSplits(String name, Map<String, List<String>> patterns) {
    private static final Map<String, String> WORDS = Map.of(
            "train", "train|training",
            "validation", "validation|valid|val|dev",
            "test", "test|testing|eval|evaluation");
    private static final String EDGE = "[ ._\\-/]";

    /** By names. Throws {@link UserError} for a subset, which only a card can describe. */
    static HubSplits undescribed(String name, Optional<String> subset) {
        return choose(name, Map.of(), subset);
    }

    /** As the card says. Throws {@link UserError} when it does not know the subset, or needs one to be named. */
    static HubSplits described(String name, Path card, Optional<String> subset) {
        Map<String, Map<String, List<String>>> configs = new LinkedHashMap<>();
        String usual = "default";
        for (Object each : list(front(name, card).get("configs"))) {
            Map<?, ?> config = map(each);
            String called = config.get("config_name") instanceof String text ? text : "default";
            configs.put(called, patterns(config));
            usual = Boolean.TRUE.equals(config.get("default")) ? called : usual;
        }
        boolean plain = subset.isEmpty() && (configs.containsKey(usual) || configs.size() == 1);
        return choose(
                name,
                configs,
                plain
                        ? Optional.of(
                                configs.containsKey(usual)
                                        ? usual
                                        : configs.keySet().iterator().next())
                        : subset);
    }

    private static HubSplits choose(
            String name, Map<String, Map<String, List<String>>> configs, Optional<String> subset) {
        if (subset.isEmpty() && configs.isEmpty()) {
            return new HubSplits(name, Map.of());
        }
        Map<String, List<String>> chosen = subset.map(configs::get).orElse(null);
        if (chosen == null) {
            throw new UserError("%s: subset: %s; its card describes %s"
                    .formatted(
                            name,
                            subset.map(text -> "`" + text + "` is not there").orElse("one must be named"),
                            configs.isEmpty() ? "none" : String.join(", ", configs.keySet())));
        }
        return new HubSplits(name, chosen);
    }

    private static Map<String, List<String>> patterns(Map<?, ?> config) {
        String folder = config.get("data_dir") instanceof String text ? text.replaceFirst("/*$", "/") : "";
        Map<String, List<String>> patterns = new LinkedHashMap<>();
        switch (config.get("data_files")) {
            case String pattern -> patterns.put("train", List.of(folder + pattern));
            case List<?> all -> {
                for (Object each : all) {
                    if (each instanceof String pattern) {
                        patterns.computeIfAbsent("train", split -> new ArrayList<>())
                                .add(folder + pattern);
                    } else {
                        Map<?, ?> split = map(each);
                        Stream<?> paths = split.get("path") instanceof List<?> several
                                ? several.stream()
                                : Stream.ofNullable(split.get("path"));
                        paths.forEach(path -> patterns.computeIfAbsent(
                                        String.valueOf(split.get("split")), unused -> new ArrayList<>())
                                .add(folder + path));
                    }
                }
            }
            case null, default -> patterns.put("train", List.of(folder + "**"));
        }
        return patterns;
    }

    /** The files of a split, of those given. */
    List<String> files(List<String> names, String split) {
        if (patterns.isEmpty()) {
            return byName(names, split);
        }
        List<PathMatcher> matchers = patterns.getOrDefault(split, List.of()).stream()
                .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
                .toList();
        if (matchers.isEmpty()) {
            throw new UserError("%s: split: `%s` is not there; its card describes %s"
                    .formatted(name, split, String.join(", ", patterns.keySet())));
        }
        return names.stream()
                .filter(file -> matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(file))))
                .toList();
    }

    private static List<String> byName(List<String> names, String split) {
        List<String> sharded = names.stream()
                .filter(file -> file.matches("data/" + Pattern.quote(split) + "-\\d{5}-of-\\d{5}.*\\.\\w+"))
                .toList();
        if (!sharded.isEmpty()) {
            return sharded;
        }
        boolean named = WORDS.keySet().stream().anyMatch(each -> names.stream().anyMatch(file -> speaksOf(file, each)));
        if (!named && split.equals("train")) {
            return names;
        }
        return names.stream().filter(file -> speaksOf(file, split)).toList();
    }

    /** Whether a word for the split stands in the name between dots, dashes, underscores, blanks or slashes. */
    private static boolean speaksOf(String file, String split) {
        String words = WORDS.getOrDefault(split, Pattern.quote(split));
        return DataFile.typeOf(file).isPresent()
                && Pattern.compile("(^|" + EDGE + "|\\d)(" + words + ")(" + EDGE + "|\\d|$)")
                        .matcher(file.toLowerCase(Locale.ROOT))
                        .find();
    }

    private static Map<?, ?> front(String name, Path card) {
        try {
            String text = Files.readString(card);
            int end = text.startsWith("---") ? text.indexOf("\n---", 3) : -1;
            if (end < 0) {
                return Map.of();
            }
            LoaderOptions options = new LoaderOptions();
            options.setMaxAliasesForCollections(50);
            return map(new Yaml(new SafeConstructor(options)).load(text.substring(3, end)));
        } catch (IOException | YAMLException e) {
            throw new UserError("%s: its card (README.md) cannot be read: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
