package dev.lathe.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The files in which Linux describes itself, below a root that a test can choose. What is not there is empty. */
public record SystemFiles(Path root) {
    /** Those of the machine that this process is on. */
    public static SystemFiles ofHost() {
        return new SystemFiles(Path.of("/"));
    }

    /** All lines of a file; none where it cannot be read. */
    public List<String> lines(String path) {
        Path file = root.resolve(path);
        try {
            return Files.isRegularFile(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
        } catch (IOException e) { // without the right to read it, it says as much as if it were not there
            return List.of();
        }
    }

    public Optional<String> firstLine(String path) {
        return lines(path).stream().findFirst().map(String::strip);
    }

    /** The number a file starts with; empty when it starts with a word such as {@code max}. */
    public OptionalLong number(String path) {
        return firstLine(path).map(SystemFiles::parse).orElse(OptionalLong.empty());
    }

    /** The number after {@code key:} in a file of such lines, without its unit. */
    public OptionalLong number(String path, String key) {
        return lines(path).stream()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> parse(line.substring(key.length() + 1).strip().split(" ", 2)[0]))
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** A whole number of up to 18 digits; empty for anything else. */
    public static OptionalLong parse(String digits) {
        return digits.matches("-?[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }
}
