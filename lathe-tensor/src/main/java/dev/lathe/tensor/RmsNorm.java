package dev.lathe.tensor;

/**
 * Root mean square norm: y = w ∘ x / sqrt(mean(x²) + ε) over the last dimension (Zhang and Sennrich 2019,
 * arXiv:1910.07467). The normalised x is rounded to x's type before w is applied, as in transformers' Llama. Keeps x and
 * one number a row.
 */
public record RmsNorm(double epsilon) {
    /** x: [tokens, hidden]; weight: [hidden]; y: [tokens, hidden]. */
    public Tensor apply(Tape tape, Tensor x, Operand weight) {
        Tensor wide = x.to(x.dtype().wide());
        Tensor scale = wide.square().mean(-1, true).addInPlace(epsilon).rsqrt(); // [tokens, 1]
        Tensor y = wide.times(scale).to(x.dtype()).times(weight.value());
        if (tape.needs(x) || (tape.isRecording() && weight.isTrained())) {
            tape.record(y, dy -> backward(tape, x, weight, scale, dy));
        }
        return y;
    }

    private static void backward(Tape tape, Tensor x, Operand weight, Tensor scale, Tensor dy) {
        DType wide = x.dtype().wide();
        Tensor unit = x.to(wide).times(scale); // [tokens, hidden], what w multiplied
        Tensor dyWide = dy.to(wide);
        weight.parameter().ifPresent(w -> w.addGradient(dyWide.times(unit).sum(0, false)));
        if (tape.needs(x)) {
            Tensor dUnit = dyWide.times(weight.value().to(wide));
            Tensor along = dUnit.times(unit).mean(-1, true); // [tokens, 1]
            Tensor dx = dUnit.addProductInPlace(unit, along, -1).multiplyInPlace(scale);
            tape.add(x, dx.to(x.dtype()));
        }
    }
}
