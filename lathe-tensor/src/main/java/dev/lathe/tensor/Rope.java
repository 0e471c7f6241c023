package dev.lathe.tensor;

/**
 * Rotary position embedding (Su et al. 2021, arXiv:2104.09864) with the two halves of a head as the pair, as transformers
 * lays it out. Rotates the first {@code 2 · columns(cos)} dimensions of every head and leaves the rest. Its gradient is
 * the rotation by the opposite angle, so nothing but the tables is kept.
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

    /** x: [tokens, heads · headDim]; y: the same. */
    public Tensor apply(Tape tape, Tensor x, int headDim) {
        Tensor y = rotate(x, headDim, 1);
        if (tape.needs(x)) {
            tape.record(y, dy -> tape.add(x, rotate(dy, headDim, -1)));
        }
        return y;
    }

    private Tensor rotate(Tensor x, int headDim, int direction) {
        long tokens = x.size(0);
        long half = cos.size(2);
        Tensor heads = x.reshape(tokens, -1, headDim); // [tokens, heads, headDim]
        Tensor first = heads.narrow(2, 0, half);
        Tensor second = heads.narrow(2, half, half);
        Tensor y = Tensors.empty(x.dtype(), heads.shape());
        Tensor c = cos.to(x.dtype());
        Tensor s = sin.to(x.dtype());
        y.narrow(2, 0, half).copyFrom(first.times(c).addProductInPlace(second, s, -direction));
        y.narrow(2, half, half).copyFrom(second.times(c).addProductInPlace(first, s, direction));
        long rotated = 2 * half;
        if (rotated < headDim) {
            y.narrow(2, rotated, headDim - rotated).copyFrom(heads.narrow(2, rotated, headDim - rotated));
        }
        return y.reshape(x.shape());
    }
}
