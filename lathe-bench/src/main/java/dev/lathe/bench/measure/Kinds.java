package dev.lathe.bench.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of Lathe's classes means which kind of work: the table {@code kinds.txt}. A line is a kind and a class, or a kind,
 * a class, {@code >} and a method called by that class, which then counts apart. From the innermost call outwards, the first
 * class of the table decides; tensors, scopes and kernels, which everybody uses, are not in it.
 */
final class Kinds {
    private static final String LATHE = "dev.lathe.";

    private final Map<String, Kind> rules;

    private Kinds(Map<String, Kind> rules) {
        this.rules = rules;
    }

    static Kinds load() {
        try (InputStream in = Kinds.class.getResourceAsStream("kinds.txt")) {
            if (in == null) {
                throw new IllegalStateException("the build lacks kinds.txt");
            }
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Kinds parse(List<String> lines) {
        Map<String, Kind> rules = new HashMap<>();
        for (String line : lines) {
            String rule = line.replaceFirst("#.*", "").strip();
            if (!rule.isEmpty()) {
                String[] parts = rule.split("\\s+", 2);
                Optional<Kind> kind = Kind.of(parts[0]);
                if (parts.length < 2 || kind.isEmpty() || rules.put(parts[1].replace(" ", ""), kind.get()) != null) {
                    throw new IllegalStateException("kinds.txt: " + line);
                }
            }
        }
        return new Kinds(Map.copyOf(rules));
    }

    /** The classes named, package and all but {@code dev.lathe.}: {@code tensor.Attention}. */
    Set<String> classes() {
        Set<String> classes = new TreeSet<>();
        for (String rule : rules.keySet()) {
            String[] parts = rule.split(">", 2);
            classes.add(parts[0]);
            if (parts.length > 1) {
                classes.add(parts[1].substring(0, parts[1].lastIndexOf('.')));
            }
        }
        return classes;
    }

    /** @param stack the innermost call first */
    Kind of(StackTraceElement[] stack) {
        String inner = "";
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().startsWith(LATHE)) {
                String type = outermost(frame.getClassName());
                Kind kind = rules.get(type + ">" + inner);
                if (kind == null) {
                    kind = rules.get(type);
                }
                if (kind != null) {
                    return kind;
                }
                inner = type + "." + frame.getMethodName();
            }
        }
        return Kind.OTHER;
    }

    /** A class inside another, or a lambda's, belongs to the outer one. */
    private static String outermost(String name) {
        int end = name.indexOf('$');
        return name.substring(LATHE.length(), end < 0 ? name.length() : end);
    }
}
