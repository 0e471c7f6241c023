package dev.lathe.run.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * OmegaConf's references inside text: <code>${lora_rank}</code>, <code>${model.name_or_path}</code>,
 * <code>${oc.env:HOME}</code>, <code>${oc.env:HOME,/tmp}</code>. A value that is one reference keeps the other's type; a
 * backslash before the dollar sign keeps it a dollar sign.
 */
final class Interpolation {
    private static final String ENVIRONMENT = "oc.env:";
    private static final int MOST_LENGTH = 100_000;

    private final Map<String, Located> flat;
    private final Map<String, String> environment;
    private final Set<String> open = new LinkedHashSet<>();

    Interpolation(Map<String, Located> flat, Map<String, String> environment) {
        this.flat = flat;
        this.environment = environment;
    }

    /** All values with their references replaced; those that cannot be are problems, and left out. */
    Map<String, Located> all(List<Problem> problems) {
        Map<String, Located> resolved = new LinkedHashMap<>();
        flat.forEach((key, value) -> {
            open.clear();
            open.add(key);
            try {
                resolved.put(key, value(value));
            } catch (Unresolved e) {
                problems.add(new Problem(value.origin(), key + ": " + value.written(), e.reason));
            }
        });
        return resolved;
    }

    /** A reference that leads nowhere. */
    private static final class Unresolved extends Exception {
        final String reason;

        Unresolved(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    private Located value(Located located) throws Unresolved {
        return switch (located.value()) {
            case Value.Text(String text) when text.contains("${") -> text(located, text);
            case Value.Items(List<Located> items) -> {
                List<Located> resolved = new ArrayList<>();
                for (Located item : items) {
                    resolved.add(value(item));
                }
                yield located.with(new Value.Items(List.copyOf(resolved)));
            }
            case Value.Fields(Map<String, Located> fields) -> {
                Map<String, Located> resolved = new LinkedHashMap<>();
                for (Map.Entry<String, Located> field : fields.entrySet()) {
                    resolved.put(field.getKey(), value(field.getValue()));
                }
                yield located.with(new Value.Fields(resolved));
            }
            default -> located;
        };
    }

    private Located text(Located located, String text) throws Unresolved {
        StringBuilder joined = new StringBuilder();
        int at = 0;
        while (true) {
            int start = text.indexOf("${", at);
            if (start < 0) {
                joined.append(text, at, text.length());
                break;
            }
            if (start > at && text.charAt(start - 1) == '\\') {
                joined.append(text, at, start - 1).append("${");
                at = start + 2;
                continue;
            }
            int end = text.indexOf('}', start);
            if (end < 0) {
                throw new Unresolved("a reference is not closed; write ${key}");
            }
            Located target = reference(text.substring(start + 2, end).strip(), located);
            if (start == 0 && end == text.length() - 1) {
                return target.at(located.origin());
            }
            joined.append(text, at, start).append(target.written());
            if (joined.length() > MOST_LENGTH) {
                throw new Unresolved("grows too long");
            }
            at = end + 1;
        }
        return located.with(new Value.Text(joined.toString()));
    }

    private Located reference(String name, Located from) throws Unresolved {
        if (name.startsWith(ENVIRONMENT)) {
            return variable(name.substring(ENVIRONMENT.length()), from);
        }
        if (name.isEmpty() || name.startsWith(".") || name.contains("${") || name.contains(":")) {
            throw new Unresolved("Lathe reads ${key}, ${group.key} and ${oc.env:NAME}, not ${%s}".formatted(name));
        }
        if (!open.add(name)) {
            throw new Unresolved("refers to itself through " + String.join(" and ", open));
        }
        Located target = find(name).orElseThrow(() -> new Unresolved("${%s} is not set anywhere".formatted(name)));
        Located resolved = value(target);
        open.remove(name);
        return resolved;
    }

    private Optional<Located> find(String name) {
        Optional<Located> flatly = Groups.flatName(name).map(flat::get);
        if (flatly.isPresent()) {
            return flatly;
        }
        String[] path = name.split("\\.", -1);
        Located at = flat.get(path[0]);
        for (int i = 1; i < path.length; i++) {
            at = at != null && at.value() instanceof Value.Fields(Map<String, Located> fields)
                    ? fields.get(path[i])
                    : null;
        }
        return Optional.ofNullable(at);
    }

    private Located variable(String call, Located from) throws Unresolved {
        int comma = call.indexOf(',');
        String name = (comma < 0 ? call : call.substring(0, comma)).strip();
        String set = environment.get(name);
        if (set != null) {
            return new Located(new Value.Text(set), from.origin(), set);
        }
        if (comma < 0) {
            throw new Unresolved("the environment variable %s is not set; set it, or write ${oc.env:%s,default}"
                    .formatted(name, name));
        }
        String standard = call.substring(comma + 1).strip();
        return new Located(YamlScalars.read(standard), from.origin(), standard);
    }
}
