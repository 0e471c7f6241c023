package dev.lathe.tensor;

/** y = factor · x: multipliers of embeddings, residuals and logits. */
public final class Scaled {
    private Scaled() {}

    /** x itself where the factor is 1. */
    public static Tensor apply(Tape tape, Tensor x, double factor) {
        if (factor == 1) {
            return x;
        }
        Tensor y = x.times(factor);
        if (tape.needs(x)) {
            tape.record(y, dy -> tape.add(x, dy.times(factor)));
        }
        return y;
    }
}
