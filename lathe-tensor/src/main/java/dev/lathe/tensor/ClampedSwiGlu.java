package dev.lathe.tensor;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * GPT-OSS's activation: y = (up + 1) ∘ gate · sigmoid(α gate), with gate cut above and up on both sides, and the columns of
 * gate and up alternating.
 *
 * @param alpha usually 1.702
 * @param limit where gate and up are cut
 */
public record ClampedSwiGlu(double alpha, double limit) {
    /** gateUp: [tokens, 2 · intermediate]; result: [tokens, intermediate]. */
    public Tensor apply(Tape tape, Tensor gateUp) {
        return Autograd.record(tape, List.of(gateUp), inputs -> {
            Tensor pairs = inputs.getFirst().splitColumns(2); // [tokens, intermediate, 2]
            Tensor gate = clamped(pairs.narrow(2, 0, 1), new ScalarOptional());
            Tensor up = clamped(pairs.narrow(2, 1, 1), new ScalarOptional(new Scalar(-limit)));
            Tensor glu = gate.times(gate.times(alpha).sigmoid());
            return glu.times(new Tensor(up.handle().add(new Scalar(1.0)))).reshape(gateUp.size(0), gateUp.size(1) / 2);
        });
    }

    private Tensor clamped(Tensor x, ScalarOptional low) {
        return new Tensor(torch.clamp(x.handle(), low, new ScalarOptional(new Scalar(limit))));
    }
}
