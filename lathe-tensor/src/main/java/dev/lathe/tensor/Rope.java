package dev.lathe.tensor;

/**
 * Rotary position embedding (Su et al. 2021, arXiv:2104.09864) with the two halves of a head as the pair, as transformers
 * lays it out. Rotates the first {@code 2 · columns(cos)} dimensions of every head and leaves the rest, in place: its
 * gradient is the rotation by the opposite angle, so nothing but the tables is kept.
 */
public final class Rope {
    private final Tensor cos;
    private final Tensor sin;

    /**
     * @param cos [tokens, rotated / 2], already multiplied by the attention factor of a scaled rope, if it has one
     * @param sin the same for the sine
     */
    public Rope(Tensor cos, Tensor sin) {
        this.cos = cos.unsqueeze(1);
        this.sin = sin.unsqueeze(1);
    }

    /** Turns every head of x, [tokens, heads · headDim] (rows may be a slice of wider ones), where it stands. */
    public void turn(Tensor x, int headDim) {
        rotate(x, headDim, 1);
    }

    /** The gradient of {@link #turn}, likewise in place. */
    public void turnBack(Tensor gradient, int headDim) {
        rotate(gradient, headDim, -1);
    }

    private void rotate(Tensor x, int headDim, int direction) {
        Torch.kernels(x.dtype())
                .filter(kernels -> cos.dtype() == DType.F32)
                .ifPresentOrElse(
                        kernels -> kernels.rope()
                                .rotate(Matrices.of(x), Matrices.of(cos), Matrices.of(sin), headDim, direction),
                        () -> rotateByLibtorch(x, headDim, direction));
    }

    private void rotateByLibtorch(Tensor x, int headDim, int direction) {
        long half = cos.size(2);
        Tensor heads = x.splitColumns(headDim); // [tokens, heads, headDim]
        Tensor first = heads.narrow(2, 0, half);
        Tensor second = heads.narrow(2, half, half);
        Tensor c = cos.to(x.dtype());
        Tensor s = sin.to(x.dtype());
        Tensor left = first.times(c).addProductInPlace(second, s, -direction);
        second.copyFrom(second.times(c).addProductInPlace(first, s, direction));
        first.copyFrom(left);
    }
}
