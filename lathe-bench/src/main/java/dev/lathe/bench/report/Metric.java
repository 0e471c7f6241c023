package dev.lathe.bench.report;

/**
 * One number.
 *
 * @param name within its section, in words
 * @param value finite
 */
public record Metric(String name, double value, Unit unit) {
    public Metric {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("%s is %s".formatted(name, value));
        }
    }
}
