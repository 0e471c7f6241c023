package dev.lathe.bench.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a number counts: how it is shown, and what it is called in JSON. */
public enum Unit {
    TOKENS_PER_SECOND("tokens/s", "%,.1f tokens/s", 1),
    SHARE("share", "%.1f %%", 100),
    SECONDS("s", "%.3f s", 1),
    BYTES("bytes", "%,.1f MB", 1e-6),
    BYTES_PER_SECOND("bytes/s", "%.1f GB/s", 1e-9),
    OPERATIONS_PER_SECOND("operations/s", "%.3f TFLOP/s", 1e-12),
    OPERATIONS("operations", "%.3f GFLOP", 1e-9),
    MICROSECONDS("us", "%,.1f µs", 1),
    RATIO("ratio", "%.2fx", 1),
    CORES("cores", "%.2f cores", 1),
    BITS("bits", "%.2f bits", 1),
    COUNT("count", "%,.0f", 1);

    private final String word;
    private final String format;
    private final double scale;

    Unit(String word, String format, double scale) {
        this.word = word;
        this.format = format;
        this.scale = scale;
    }

    /** As JSON names it. */
    public String word() {
        return word;
    }

    /** The unit that JSON calls {@code word}. */
    public static Optional<Unit> of(String word) {
        return Arrays.stream(values()).filter(unit -> unit.word.equals(word)).findFirst();
    }

    /** As people read it: 1,234.5 tokens/s. */
    String shown(double value) {
        return String.format(Locale.ROOT, format, value * scale);
    }
}
