package dev.lathe.run.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** All keys, in the order of {@code keys.txt}, which explains its columns. */
record KeyTable(Map<String, Key> keys) {
    static KeyTable load() {
        Map<String, Key> keys = new LinkedHashMap<>();
        String section = "";
        for (String line : text().split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                section = line.substring(1, line.length() - 1);
                continue;
            }
            Key key = parse(line, section);
            if (keys.put(key.name(), key) != null) {
                throw new IllegalStateException("keys.txt has %s twice".formatted(key.name()));
            }
        }
        return new KeyTable(Collections.unmodifiableMap(keys));
    }

    Optional<Key> find(String name) {
        return Optional.ofNullable(keys.get(name));
    }

    Key get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("keys.txt has no " + name));
    }

    Collection<Key> all() {
        return keys.values();
    }

    private static Key parse(String line, String section) {
        String[] parts = line.split(" \\| ", -1);
        if (parts.length != 7) {
            throw new IllegalStateException("keys.txt: 7 columns wanted: " + line);
        }
        ValueType type = ValueType.parse(parts[2]);
        if (!(type.read(YamlReader.argument(parts[3], parts[3])) instanceof ValueType.Reading.Good(Value standard))) {
            throw new IllegalStateException("keys.txt: the default does not fit the type: " + line);
        }
        Key.Status status =
                switch (parts[4]) {
                    case "yes" -> Key.Status.HONOURED;
                    case "none" -> Key.Status.NO_EFFECT;
                    case "later" -> Key.Status.NOT_YET;
                    case "later!" -> Key.Status.NEVER_YET;
                    default -> throw new IllegalStateException("keys.txt: yes, none, later or later! wanted: " + line);
                };
        return new Key(
                parts[0], section, usedBy(parts[1], section), type, standard, status, parts[5].strip(), parts[6]);
    }

    /** What training reads of data, looking at data reads too. */
    private static Set<Command> usedBy(String letters, String section) {
        Set<Command> commands = Command.of(letters);
        if (!section.equals("Data") || !commands.contains(Command.TRAIN)) {
            return commands;
        }
        Set<Command> more = EnumSet.copyOf(commands);
        more.add(Command.DATA);
        return Set.copyOf(more);
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(KeyTable.class.getResourceAsStream("keys.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
