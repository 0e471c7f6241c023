package dev.lathe.base;

import java.util.OptionalLong;
import java.util.stream.LongStream;

/** How much memory this process may use, page cache included: what the machine has, or less where a control group says so. */
public final class MemoryLimit {
    private MemoryLimit() {}

    /** Bytes; empty where nobody tells. */
    public static OptionalLong of(SystemFiles files) {
        OptionalLong kilobytes = files.number("proc/meminfo", "MemTotal");
        LongStream physical = kilobytes.stream().map(number -> number * 1024);
        return LongStream.concat(physical, ControlGroup.of(files).memory().stream())
                .min();
    }
}
