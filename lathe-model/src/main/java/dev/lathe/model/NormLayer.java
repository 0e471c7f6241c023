package dev.lathe.model;

import dev.lathe.tensor.Norm;
import dev.lathe.tensor.NormKind;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Residual;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/**
 * A norm with its weights.
 *
 * @param room free columns behind the result's rows, for the one layer that reads it
 */
record NormLayer(NormKind kind, double epsilon, Operand weight, Optional<Operand> bias, long room) {
    static NormLayer of(DecoderSpec spec, Modules modules, String name, long size) {
        Optional<Operand> bias =
                spec.is(Trait.NORM_BIAS) ? Optional.of(modules.tensor(name + ".bias", size)) : Optional.empty();
        return new NormLayer(kind(spec), spec.normEpsilon(), modules.scale(name, size), bias, 0);
    }

    NormLayer withRoom(long columns) {
        return new NormLayer(kind, epsilon, weight, bias, columns);
    }

    static NormKind kind(DecoderSpec spec) {
        return spec.is(Trait.LAYER_NORM)
                ? NormKind.LAYER
                : spec.is(Trait.OFFSET_NORM) ? NormKind.RMS_OFFSET : NormKind.RMS;
    }

    /** x, result: [rows, size]. */
    Tensor apply(Tape tape, Tensor x) {
        return kind == NormKind.RMS
                ? new RmsNorm(epsilon, room).apply(tape, x, weight)
                : new Norm(kind, epsilon).apply(tape, x, weight, bias);
    }

    /** x + branch and its norm, in one pass where it can be. */
    RmsNorm.Sum ofSum(Tape tape, Tensor x, Tensor branch) {
        if (kind == NormKind.RMS) {
            return new RmsNorm(epsilon, room).ofSum(tape, x, branch, weight);
        }
        Tensor sum = Residual.add(tape, x, branch);
        return new RmsNorm.Sum(sum, apply(tape, sum));
    }

    boolean isTrained() {
        return weight.isTrained() || bias.map(Operand::isTrained).orElse(false);
    }
}
