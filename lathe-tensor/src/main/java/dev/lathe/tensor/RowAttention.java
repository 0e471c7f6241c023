package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.RowAttentionKernel;
import java.util.List;
import java.util.Optional;

/** {@link RowAttentionKernel} for tensors: the newest tokens of a few texts look back at what their caches hold. */
public record RowAttention(RowAttentionKernel.Heads heads) {
    /**
     * @param q [texts, heads · keyDim], rotated; rows may be a slice of wider ones
     * @return [texts, heads · valueDim]; empty where this host has no kernels for q's type
     */
    public Optional<Tensor> apply(Tensor q, List<RowAttentionKernel.Text> texts) {
        return Torch.kernels(q.dtype()).map(Kernels::rowAttention).map(kernel -> {
            Tensor out = Tensors.empty(q.dtype(), q.size(0), (long) heads.heads() * heads.valueDim());
            kernel.attend(heads, Matrices.of(q), texts, Matrices.of(out));
            return out;
        });
    }

    /** Tokens whose keys stand together: see {@link RowAttentionKernel#block}; 1 where there are no kernels. */
    public static int block(DType dtype) {
        return Torch.kernels(dtype)
                .map(kernels -> kernels.rowAttention().block(dtype == DType.BF16 ? Element.BF16 : Element.F32))
                .orElse(1);
    }

    /** Whether there are kernels for this type. */
    public static boolean serves(DType dtype) {
        return Torch.kernels(dtype).isPresent();
    }
}
