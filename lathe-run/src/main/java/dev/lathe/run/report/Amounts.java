package dev.lathe.run.report;

import java.util.Locale;

/** Numbers and foreign text as the console shows them. */
final class Amounts {
    private Amounts() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1.78 %}; 0 % of nothing. */
    static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f %%", whole == 0 ? 0.0 : 100.0 * part / whole);
    }

    static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    static String loss(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    static String rate(double rate) {
        return String.format(Locale.ROOT, "%.2e", rate);
    }

    static String tokensPerSecond(double speed) {
        return String.format(Locale.ROOT, "%,.0f tokens/s", speed);
    }

    /** Text of one line without control characters: a model's name must not move the cursor. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
    }
}
