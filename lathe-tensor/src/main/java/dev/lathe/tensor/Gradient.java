package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.SumKernel;
import java.util.Optional;

/**
 * What backward passes add up for one parameter. Takes no memory until something comes. A {@linkplain #addProduct product}
 * that comes first, and is scaled by 1, stays in the type of what was multiplied: with one pass a step that is all there is,
 * and half the bytes in bf16. The second addend widens it. All else is added in the sum's type at once.
 */
final class Gradient {
    private static final long STRIP = 8192;

    private final long strip;
    private final DType type;
    private final long[] shape;
    private Optional<Tensor> sum = Optional.empty();

    /** @param type of the sum */
    Gradient(DType type, long... shape) {
        this(STRIP, type, shape);
    }

    /** @param strip rows at a time of a product that is added in another type */
    Gradient(long strip, DType type, long... shape) {
        this.strip = strip;
        this.type = type;
        this.shape = shape;
    }

    /** In the sum's type, to be added to where it stands; zeros if nothing came. */
    Tensor sum() {
        if (sum.isEmpty()) {
            keep(Tensors.zeros(type, shape));
        } else if (sum.get().dtype() != type) {
            Tensor narrow = sum.get();
            keep(narrow.to(type));
            narrow.close();
        }
        return sum.orElseThrow();
    }

    /** In the type it has at the moment, the sum's or a first product's; zeros in the sum's if nothing came. */
    Tensor arrived() {
        return sum.orElseGet(this::sum);
    }

    void add(Tensor addend) {
        if (sum.isEmpty()) {
            keep(Tensors.empty(type, shape).copyFrom(addend));
        } else {
            sum().addInPlace(addend);
        }
    }

    /** += factor · aᵀ b. a: [n, rows]; b: [n, columns]. */
    void addProduct(Tensor a, Tensor b, double factor) {
        Tensor turned = a.transpose(0, 1);
        boolean alike = a.dtype() == type;
        if (sum.isEmpty() && (alike || factor == 1)) {
            keep(Tensors.empty(a.dtype(), shape).setMatmul(turned, b, factor));
        } else if (alike) {
            sum().addMatmulInPlace(turned, b, factor);
        } else {
            addInStrips(turned, b, factor);
        }
    }

    /** So that of a product of another type never all stands beside the sum: 57 MB for a head of 49,152 words. */
    private void addInStrips(Tensor a, Tensor b, double factor) {
        Tensor whole = sum();
        for (long from = 0; from < a.size(0); from += strip) {
            try (Scope scope = Scope.open()) {
                long count = Math.min(strip, a.size(0) - from);
                add(whole.narrow(0, from, count), a.narrow(0, from, count).matmul(b), factor);
            }
        }
    }

    private static void add(Tensor sum, Tensor addend, double factor) {
        Optional<SumKernel> kernel = factor == 1 && sum.dtype() == DType.F32 && Matrices.reads(addend.dtype())
                ? Torch.kernels(DType.F32).map(Kernels::sum)
                : Optional.empty();
        kernel.ifPresentOrElse(
                sums -> sums.add(Matrices.of(sum), Matrices.of(addend)), () -> sum.addInPlace(addend, factor));
    }

    boolean isEmpty() {
        return sum.isEmpty();
    }

    void clear() {
        sum.ifPresent(Tensor::close);
        sum = Optional.empty();
    }

    private void keep(Tensor tensor) {
        sum = Optional.of(Scope.release(tensor));
    }
}
