package dev.lathe.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Linux's account of a process, proc(5): lines such as {@code VmRSS:      1234 kB}. */
record ProcStatus(Path status, SystemFiles files) implements ResidentMemory {
    private static final Pattern NOW = Pattern.compile("(?m)^VmRSS:\\s+(\\d{1,15}) kB$");
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d{1,15}) kB$");

    @Override
    public long bytes() {
        return read(NOW);
    }

    @Override
    public long peakBytes() {
        return read(PEAK);
    }

    @Override
    public OptionalLong limit() {
        return MemoryLimit.of(files);
    }

    @Override
    public OptionalLong free() {
        LongStream machine =
                files.number("proc/meminfo", "MemAvailable").stream().map(kilobytes -> kilobytes * 1024);
        return LongStream.concat(machine, limit().stream().map(bytes -> bytes - bytes()))
                .min();
    }

    private long read(Pattern line) {
        try {
            Matcher matcher = line.matcher(Files.readString(status));
            return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
