package dev.lathe.bench.report;

import java.util.List;
import java.util.Optional;

/** Numbers that belong together, in the order to show. */
public record Section(String title, List<Metric> metrics) {
    public Section {
        metrics = List.copyOf(metrics);
    }

    Optional<Metric> find(String name) {
        return metrics.stream().filter(metric -> metric.name().equals(name)).findFirst();
    }
}
