package dev.lathe.bench.measure;

import dev.lathe.bench.measure.LinearShapes.Shape;
import dev.lathe.bench.measure.Product.Direction;
import dev.lathe.tensor.CrossEntropy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The matrix products that training a micro-batch needs if nothing is computed twice: forward through every linear
 * layer, the gradient of a layer's input wherever something below it is trained, the gradient of its matrix where that is
 * trained itself; head and loss over the supervised rows alone. A low-rank adapter's own products are left out: they
 * are what the method costs on top.
 */
final class StepWork {
    /**
     * One pass through the model.
     *
     * @param rows that the products have, idle ones included
     * @param tokens of samples among them
     * @param supervised those that have a target
     */
    record Batch(long rows, long tokens, long supervised) {}

    private final LinearShapes shapes;
    private final Set<String> trained;
    private final int lowest;

    /** @param trained names of the trained tensors, adapters' factors among them */
    StepWork(LinearShapes shapes, Set<String> trained) {
        this.shapes = shapes;
        this.trained = trained;
        this.lowest = lowest();
    }

    /** How often a pass makes each product; the head's rows are cut into chunks. */
    Map<Product, Long> products(Batch batch) {
        SequencedMap<Product, Long> products = new LinkedHashMap<>();
        List<Shape> linears = shapes.linears();
        IntStream.range(0, linears.size()).forEach(i -> {
            Shape shape = linears.get(i);
            long rows = Math.round(batch.rows() * shape.share());
            add(products, Direction.FORWARD, rows, shape, 1);
            add(products, Direction.INPUT_GRADIENT, rows, shape, passesOn(i) ? 1 : 0);
            add(products, Direction.WEIGHT_GRADIENT, rows, shape, isTrained(shape) ? 1 : 0);
        });
        for (Direction direction : Direction.values()) {
            if (direction != Direction.WEIGHT_GRADIENT || isTrained(shapes.head())) {
                add(products, direction, headRows(), shapes.head(), batch.supervised() / headRows());
                add(products, direction, batch.supervised() % headRows(), shapes.head(), 1);
            }
        }
        return products;
    }

    /** Rows of the head's products. */
    long headRows() {
        return CrossEntropy.chunkRows(shapes.head().out());
    }

    /** Operations that the samples' own tokens need. */
    double needed(Batch batch) {
        double operations = 0;
        Batch real = new Batch(batch.tokens(), batch.tokens(), batch.supervised());
        for (Map.Entry<Product, Long> product : products(real).entrySet()) {
            operations += product.getKey().operations() * product.getValue();
        }
        return operations;
    }

    private static void add(Map<Product, Long> products, Direction direction, long rows, Shape shape, long count) {
        if (rows > 0 && count > 0) {
            products.merge(new Product(direction, rows, shape.in(), shape.out()), count, Long::sum);
        }
    }

    /** Whether the gradient of a layer's input is wanted: in all blocks above the lowest trained one, and in that by all but its first. */
    private boolean passesOn(int index) {
        int layer = layer(index);
        return layer > lowest || layer == lowest && index > 0 && layer(index - 1) == layer;
    }

    private int layer(int index) {
        return shapes.spec()
                .layerOf(shapes.linears().get(index).names().getFirst())
                .orElse(Integer.MAX_VALUE);
    }

    private boolean isTrained(Shape shape) {
        return shape.names().stream().anyMatch(trained::contains);
    }

    /** The lowest block with something trained in it; −1 if the embedding is trained. */
    private int lowest() {
        if (trained.contains(shapes.spec().embeddingTensor())) {
            return -1;
        }
        return trained.stream()
                .map(shapes.spec()::layerOf)
                .filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt)
                .min()
                .orElse(Integer.MAX_VALUE);
    }
}
