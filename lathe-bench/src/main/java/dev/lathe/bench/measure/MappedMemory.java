package dev.lathe.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resident pages by what they are of, as Linux lists them in {@code smaps}, proc(5).
 *
 * @param checkpoint bytes of mapped weight files
 * @param program bytes of other files: libraries, jars, archives of classes
 */
record MappedMemory(long checkpoint, long program) {
    private static final Pattern MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ \\S+ \\S+ \\S+ \\d+\\s*(.*)");
    private static final Pattern RESIDENT = Pattern.compile("Rss:\\s+(\\d{1,15}) kB");
    private static final Pattern CHECKPOINT = Pattern.compile("(?i).*\\.(safetensors|gguf|bin|pth?)");

    /** Of this process; empty where the system does not tell. */
    static Optional<MappedMemory> now() {
        try {
            return Optional.of(parse(Files.readAllLines(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static MappedMemory parse(List<String> lines) {
        long checkpoint = 0;
        long program = 0;
        String file = "";
        for (String line : lines) {
            Matcher mapping = MAPPING.matcher(line);
            Matcher resident = RESIDENT.matcher(line);
            if (mapping.matches()) {
                file = mapping.group(1).strip();
            } else if (resident.matches() && file.startsWith("/")) {
                long bytes = Long.parseLong(resident.group(1)) * 1024;
                checkpoint += CHECKPOINT.matcher(file).matches() ? bytes : 0;
                program += CHECKPOINT.matcher(file).matches() ? 0 : bytes;
            }
        }
        return new MappedMemory(checkpoint, program);
    }
}
