package dev.lathe.tensor;

import java.util.Optional;

/**
 * The norms that {@link RmsNorm} is not: Gemma's and the layer norm, in libtorch's operations. Keeps x and computes the
 * rest anew.
 */
public record Norm(NormKind kind, double epsilon) {
    /** x, result: [tokens, hidden]; weight, bias: [hidden]. */
    public Tensor apply(Tape tape, Tensor x, Operand weight, Optional<Operand> bias) {
        Tensor y = Scope.keepOnly(
                () -> kind.scaled(kind.unit(x, epsilon), weight.value(), bias.map(Operand::value), x.dtype()));
        boolean trained = weight.isTrained() || bias.map(Operand::isTrained).orElse(false);
        if (tape.needs(x) || (tape.isRecording() && trained)) {
            tape.record(y, dy -> {
                Tensor wide = dy.to(x.dtype().wide());
                NormKind.Unit unit = kind.unit(x, epsilon);
                weight.parameter()
                        .ifPresent(w -> w.addGradient(wide.times(unit.unit()).sum(0, false)));
                bias.flatMap(Operand::parameter).ifPresent(b -> b.addGradient(wide.sum(0, false)));
                if (tape.needs(x)) {
                    tape.add(x, kind.gradient(unit, weight.value(), wide).to(x.dtype()));
                }
            });
        }
        return y;
    }
}
