package dev.lathe.cli;

import java.util.Locale;

/** Bytes as people read them: whole MiB below one GiB, GiB with one digit above. */
final class Size {
    private Size() {}

    static String of(long bytes) {
        return bytes < 1L << 30
                ? "%d MiB".formatted(bytes >> 20)
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
