package dev.lathe.bench.measure;

import dev.lathe.bench.measure.StepWork.Batch;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How many tokens a second there could be if a step were its matrix products alone, each as fast as it runs by itself on
 * this machine at this moment.
 */
final class Roofline {
    /** Batches differ by a few rows; each is timed by the nearest of at most this many. */
    private static final int ROW_COUNTS = 4;

    private final StepWork work;
    private final List<Batch> batches;
    private final Map<Product, Long> products = new LinkedHashMap<>();

    /** @param batches of the steps that are measured: at least one, with tokens */
    Roofline(StepWork work, List<Batch> batches) {
        this.work = work;
        this.batches = List.copyOf(batches);
        List<Long> rows =
                representatives(new TreeSet<>(batches.stream().map(Batch::rows).toList()));
        for (Batch batch : batches) {
            long nearest = rows.stream()
                    .min(Comparator.comparingLong(each -> Math.abs(each - batch.rows())))
                    .orElse(batch.rows());
            work.products(new Batch(nearest, batch.tokens(), wholeChunks(batch.supervised(), work.headRows())))
                    .forEach((product, count) -> products.merge(product, count, Long::sum));
        }
    }

    /** What has to be timed. */
    Set<Product> products() {
        return products.keySet();
    }

    /** Operations a second over all products of all batches, each as often as the work needs it. */
    double rate(Map<Product, Double> seconds) {
        double operations = 0;
        double total = 0;
        for (Map.Entry<Product, Long> product : products.entrySet()) {
            operations += product.getKey().operations() * product.getValue();
            total += seconds.getOrDefault(product.getKey(), 0.0) * product.getValue();
        }
        return operations / total;
    }

    /** Operations that a real token needs, the head's shared out over all of them. */
    double operationsPerToken() {
        double needed = batches.stream().mapToDouble(work::needed).sum();
        return needed / batches.stream().mapToLong(Batch::tokens).sum();
    }

    /** Real tokens a second at a rate of operations. */
    double possible(double rate) {
        return rate / operationsPerToken();
    }

    /** The last chunk of the head's rows is left out where there are whole ones: it is no faster, and seldom of the same size. */
    private static long wholeChunks(long supervised, long rows) {
        return supervised <= rows ? supervised : supervised / rows * rows;
    }

    private static List<Long> representatives(TreeSet<Long> rows) {
        List<Long> all = List.copyOf(rows);
        return all.size() <= ROW_COUNTS
                ? all
                : IntStream.range(0, ROW_COUNTS)
                        .mapToObj(i -> all.get(i * (all.size() - 1) / (ROW_COUNTS - 1)))
                        .toList();
    }
}
