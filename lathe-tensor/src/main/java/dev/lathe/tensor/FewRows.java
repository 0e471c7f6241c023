package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.RowProductKernel;
import java.util.Optional;

/**
 * x Wᵀ for the few rows of generation, by {@link RowProductKernel}: it reads the weight once, where it stands, with all
 * threads. libtorch's products rearrange the weight first or read it on one thread.
 */
public final class FewRows {
    /** With more rows the processor's matrix units pay, although they want the weight rearranged. */
    private static final int MOST = 8;

    private FewRows() {}

    /** The kernels for tensors of this type; empty where there are none for this host. */
    public static Optional<Kernels> kernels(DType dtype) {
        return Torch.kernels(dtype);
    }

    /** y = x Wᵀ, whichever way is faster for so many rows; there must be {@link #kernels}. All of one type. */
    public static void multiply(Kernels kernels, Matrix x, Matrix weight, Matrix y) {
        if (x.rows() <= MOST) {
            kernels.rowProduct().multiply(x, weight, y);
            return;
        }
        try (Scope scope = Scope.open()) {
            Products.multiply(
                    Matrices.view(y), Matrices.view(x), Matrices.view(weight).transpose(0, 1));
        }
    }

    /** out = a × b if a has few rows and b is a matrix whose columns stand one after the other; otherwise nothing is done. */
    static boolean multiply(Tensor out, Tensor a, Tensor b) {
        if (a.size(0) > MOST || a.size(0) == 0 || a.dtype() != b.dtype() || !isTransposed(b) || !Matrices.hasRows(a)) {
            return false;
        }
        Optional<Kernels> kernels = Torch.kernels(a.dtype());
        kernels.ifPresent(
                k -> k.rowProduct().multiply(Matrices.of(a), Matrices.of(b.transpose(0, 1)), Matrices.of(out)));
        return kernels.isPresent();
    }

    private static boolean isTransposed(Tensor matrix) {
        return matrix.handle().stride(0) == 1 && matrix.handle().stride(1) >= matrix.size(0);
    }
}
