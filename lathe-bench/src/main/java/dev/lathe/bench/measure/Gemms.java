package dev.lathe.bench.measure;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * Times matrix products by themselves: one product of a shape again and again, its operands warm. The median counts, so a neighbour that takes a core for a moment does not.
 */
final class Gemms {
    private static final long LARGE = 2048;
    private static final int LEAST_RUNS = 5;
    private static final int MOST_RUNS = 40;
    private static final long ENOUGH_NANOS = 15_000_000;
    private static final long WARM_UP_NANOS = 3_000_000_000L;

    private final DType dtype;
    private final BinaryOperator<Tensor> multiply;

    private Gemms(DType dtype, BinaryOperator<Tensor> multiply) {
        this.dtype = dtype;
        this.multiply = multiply;
    }

    /** Through the same call as the model's. */
    static Gemms own(DType dtype) {
        return new Gemms(dtype, Tensor::matmul);
    }

    /** libtorch's, shared out to the same threads. */
    static Gemms libtorch(DType dtype) {
        return new Gemms(dtype, Tensor::matmulByLibtorch);
    }

    /** Seconds of each product, when the virtual machine has compiled what they call. */
    Map<Product, Double> seconds(Collection<Product> products) {
        warmUp(products);
        Map<Product, Double> seconds = new HashMap<>();
        for (Product product : products) {
            seconds.put(product, measure(product));
        }
        return seconds;
    }

    /** Operations a second of a product so large that nothing but the processor bounds it. */
    double fastest() {
        Product square = new Product(Product.Direction.FORWARD, LARGE, LARGE, LARGE);
        return square.operations() / measure(square);
    }

    private void warmUp(Collection<Product> products) {
        long end = System.nanoTime() + WARM_UP_NANOS;
        while (!products.isEmpty() && System.nanoTime() < end) {
            products.forEach(this::measure);
        }
    }

    private double measure(Product product) {
        try (Scope scope = Scope.open()) {
            Tensor x = random(product.rows(), product.in());
            Tensor weight = random(product.out(), product.in());
            Tensor dy = random(product.rows(), product.out());
            return median(
                    switch (product.direction()) {
                        case FORWARD -> () -> multiply.apply(x, weight.transpose(0, 1));
                        case INPUT_GRADIENT -> () -> multiply.apply(dy, weight);
                        case WEIGHT_GRADIENT -> () -> multiply.apply(dy.transpose(0, 1), x);
                    });
        }
    }

    private static double median(Supplier<Tensor> product) {
        List<Long> nanos = new ArrayList<>();
        long total = 0;
        for (int run = -1; run < MOST_RUNS && (run < LEAST_RUNS || total < ENOUGH_NANOS); run++) {
            long before = System.nanoTime();
            try (Scope scope = Scope.open()) {
                product.get().close();
            }
            long took = System.nanoTime() - before;
            if (run >= 0) { // the first one compiles the shape's kernel
                nanos.add(took);
                total += took;
            }
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[sorted.length / 2] / 1e9;
    }

    /** Some numbers: zeros would be multiplied at a lower power, and so at a higher clock. */
    private Tensor random(long rows, long columns) {
        float[] row = new float[Math.toIntExact(columns)];
        for (int i = 0; i < row.length; i++) {
            row[i] = i * 7919 % 1000 / 1000f - 0.5f;
        }
        try (Tensor one = Tensors.of(row, 1, columns);
                Tensor zeros = Tensors.zeros(DType.F32, rows, columns);
                Tensor full = zeros.plus(one)) {
            return full.to(dtype);
        }
    }
}
