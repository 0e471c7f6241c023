package dev.lathe.run.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The grouped dialect of many guides: {@code model:}, {@code data:} and {@code train:} hold keys of their own names, or
 * any flat key. Turned into flat keys that remember where they stood.
 */
final class Groups {
    private static final Map<String, Map<String, String>> NAMES = Map.of(
            "model", Map.of("name_or_path", "model_name_or_path"),
            "model.lora_config",
                    Map.of(
                            "rank", "lora_rank",
                            "r", "lora_rank",
                            "alpha", "lora_alpha",
                            "dropout", "lora_dropout",
                            "target_modules", "lora_target"),
            "data", Map.of("max_length", "cutoff_len"),
            "train", Map.of("num_epochs", "num_train_epochs", "batch_size", "per_device_train_batch_size"));
    private static final Map<String, Integer> BITS = Map.of("load_in_4bit", 4, "load_in_8bit", 8);

    private Groups() {}

    /** Flat keys, in the order of the file. Two places that set one key differently are a problem. */
    static Map<String, Located> flatten(Map<String, Located> top, List<Problem> problems) {
        Map<String, Located> flat = new LinkedHashMap<>();
        top.forEach((key, value) -> {
            if (value.value() instanceof Value.Fields(Map<String, Located> fields) && isGroup(key)) {
                group(key, fields, flat, problems);
            } else {
                put(key, key, value, flat, problems);
            }
        });
        return flat;
    }

    /** The flat name of a dotted path: {@code model.lora_config.rank} is {@code lora_rank}. */
    static Optional<String> flatName(String path) {
        int dot = path.lastIndexOf('.');
        String group = dot < 0 ? "" : path.substring(0, dot);
        String name = path.substring(dot + 1);
        if (group.isEmpty()) {
            return Optional.of(name);
        }
        return Optional.ofNullable(NAMES.get(group)).map(names -> names.getOrDefault(name, name));
    }

    /** Rows for the documentation: the dotted name and what it stands for. */
    static List<List<String>> documented() {
        Stream<List<String>> names = new TreeMap<>(NAMES)
                .entrySet().stream().flatMap(group -> new TreeMap<>(group.getValue())
                        .entrySet().stream()
                                .map(name -> List.of(
                                        "`%s.%s`".formatted(group.getKey(), name.getKey()),
                                        "`%s`".formatted(name.getValue()))));
        Stream<List<String>> bits = new TreeMap<>(BITS)
                .entrySet().stream()
                        .map(flag -> List.of(
                                "`model.%s: true`".formatted(flag.getKey()),
                                "`quantization_bit: %d`".formatted(flag.getValue())));
        Stream<List<String>> qlora =
                Stream.of(List.of("`finetuning_type: qlora`", "`finetuning_type: lora` with `quantization_bit: 4`"));
        return Stream.of(names, bits, qlora).flatMap(rows -> rows).toList();
    }

    private static boolean isGroup(String path) {
        return NAMES.containsKey(path);
    }

    private static void group(
            String group, Map<String, Located> fields, Map<String, Located> flat, List<Problem> problems) {
        Map<String, String> names = NAMES.getOrDefault(group, Map.of());
        fields.forEach((key, value) -> {
            String path = group + "." + key;
            if (isGroup(path) && value.value() instanceof Value.Fields(Map<String, Located> inner)) {
                group(path, inner, flat, problems);
            } else if (group.equals("model") && BITS.containsKey(key) && value.value() instanceof Value.Flag) {
                if (!value.value().off()) {
                    Value bits = new Value.Whole(BITS.getOrDefault(key, 4));
                    put("quantization_bit", path, value.with(bits), flat, problems);
                }
            } else {
                put(names.getOrDefault(key, key), path, value, flat, problems);
            }
        });
    }

    private static void put(String key, String path, Located value, Map<String, Located> flat, List<Problem> problems) {
        Origin origin = value.origin() instanceof Origin.Line line && !path.equals(key)
                ? new Origin.Line(line.file(), line.line(), line.column(), path)
                : value.origin();
        Located first = flat.putIfAbsent(key, value.at(origin));
        if (first != null && !first.value().shown().equals(value.value().shown())) {
            String where = first.origin() instanceof Origin.Line line ? "line " + line.line() : "an argument";
            problems.add(new Problem(
                    origin,
                    path + ": " + value.value().shown(),
                    "%s already says %s: %s; delete one of them"
                            .formatted(where, key, first.value().shown())));
        }
    }
}
