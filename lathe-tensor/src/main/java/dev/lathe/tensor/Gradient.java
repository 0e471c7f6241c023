package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.SumKernel;
import java.util.Optional;

/**
 * What backward passes add up for one parameter. Takes no memory until something comes. What comes first stays as it came,
 * in its own type: with one pass a step that is all there is, and half the bytes in bf16. The second widens it.
 */
final class Gradient {
    /** Rows of a product that is added in another type. */
    private static final long STRIP = 8192;

    private final DType type;
    private final long[] shape;
    private Optional<Tensor> sum = Optional.empty();

    /** @param type of the sum */
    Gradient(DType type, long... shape) {
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

    /** As it came, in the sum's type or in another; zeros if nothing did. */
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
        for (long from = 0; from < a.size(0); from += STRIP) {
            try (Scope scope = Scope.open()) {
                long count = Math.min(STRIP, a.size(0) - from);
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
