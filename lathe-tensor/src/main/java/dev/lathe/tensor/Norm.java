package dev.lathe.tensor;

import java.util.Optional;

/**
 * The norms that {@link RmsNorm} is not: Gemma's and the layer norm, in libtorch's operations. Keeps x and computes the
 * rest anew.
 */
public record Norm(NormKind kind, double epsilon) {
    /** x, result: [tokens, hidden]; weight, bias: [hidden]. */
    public Tensor apply(Tape tape, Tensor x, Operand weight, Optional<Operand> bias) {
        Tensor y = Tensors.empty(x.dtype(), x.shape());
        RowShares.run(x.size(0), x.size(1), (from, count) -> y.narrow(0, from, count)
                .copyFrom(kind.scaled(
                        kind.unit(x.narrow(0, from, count), epsilon),
                        weight.value(),
                        bias.map(Operand::value),
                        x.dtype())));
        boolean trained = weight.isTrained() || bias.map(Operand::isTrained).orElse(false);
        if (tape.needs(x) || (tape.isRecording() && trained)) {
            tape.record(y, dy -> {
                weight.parameter()
                        .ifPresent(w -> w.addGradient(
                                wide(dy).times(kind.unit(x, epsilon).unit()).sum(0, false)));
                bias.flatMap(Operand::parameter).ifPresent(b -> b.addGradient(wide(dy).sum(0, false)));
                if (tape.needs(x)) {
                    tape.add(x, gradient(x, weight.value(), dy));
                }
            });
        }
        return y;
    }

    private Tensor gradient(Tensor x, Tensor weight, Tensor dy) {
        Tensor dx = Tensors.empty(x.dtype(), x.shape());
        RowShares.run(x.size(0), x.size(1), (from, count) -> dx.narrow(0, from, count)
                .copyFrom(kind.gradient(
                        kind.unit(x.narrow(0, from, count), epsilon), weight, wide(dy.narrow(0, from, count)))));
        return dx;
    }

    private static Tensor wide(Tensor dy) {
        return dy.to(dy.dtype().wide());
    }
}
