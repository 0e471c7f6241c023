package dev.lathe.tensor;

/** y = x Wᵀ for a matrix that may be trained. Keeps x when it is, and nothing otherwise. */
public final class DenseProduct {
    private DenseProduct() {}

    /** x: [tokens, in]; weight: [out, in]; y: [tokens, out]. */
    public static Tensor apply(Tape tape, Tensor x, Operand weight) {
        Tensor y = x.matmul(weight.value().transpose(0, 1));
        boolean trained = tape.isRecording() && weight.isTrained();
        if (trained || tape.needs(x)) {
            tape.record(y, dy -> {
                if (tape.needs(x)) {
                    tape.add(x, dy.matmul(weight.value()));
                }
                weight.parameter().ifPresent(w -> w.addGradientProduct(dy, x, 1));
            });
        }
        return y;
    }

    /** y + bias, where bias: [out]. */
    public static Tensor addBias(Tape tape, Tensor y, Operand bias) {
        Tensor sum = y.plus(bias.value());
        boolean trained = tape.isRecording() && bias.isTrained();
        if (trained || tape.needs(y)) {
            tape.record(sum, dSum -> {
                tape.add(y, dSum);
                bias.parameter()
                        .ifPresent(
                                b -> b.addGradient(dSum.to(dSum.dtype().wide()).sum(0, false)));
            });
        }
        return sum;
    }
}
