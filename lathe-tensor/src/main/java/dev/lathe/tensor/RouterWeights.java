package dev.lathe.tensor;

import java.util.List;
import org.bytedeco.pytorch.Scalar;

/**
 * How much each chosen expert counts, from the router's logits; the choice itself has no gradient.
 *
 * @param scoring what turns logits into scores
 * @param normalised whether a token's weights are brought to the sum one
 * @param factor what they are multiplied by at last
 */
public record RouterWeights(Scoring scoring, boolean normalised, double factor) {
    /** What turns logits into scores. */
    public enum Scoring {
        /** Over all experts. */
        SOFTMAX,
        /** Each for itself (DeepSeek V3). */
        SIGMOID
    }

    /** Scores of all experts without gradient, wide. logits, result: [tokens, experts]. */
    public Tensor scores(Tensor logits) {
        Tensor wide = logits.to(logits.dtype().wide());
        return scoring == Scoring.SOFTMAX ? wide.softmax(1) : wide.sigmoid();
    }

    /**
     * @param logits [tokens, experts]
     * @param chosen int64 [tokens, active]
     * @param dtype what the weights come in
     * @return [tokens, active]
     */
    public Tensor apply(Tape tape, Tensor logits, Tensor chosen, DType dtype) {
        return Autograd.record(tape, List.of(logits), inputs -> {
            Tensor weights = scores(inputs.getFirst()).gather(1, chosen);
            if (normalised) {
                Tensor sum = new Tensor(
                        weights.sum(1, true).handle().add(new Scalar(scoring == Scoring.SIGMOID ? 1e-20 : 0)));
                weights = new Tensor(weights.handle().div(sum.handle()));
            }
            return weights.times(factor).to(dtype);
        });
    }
}
