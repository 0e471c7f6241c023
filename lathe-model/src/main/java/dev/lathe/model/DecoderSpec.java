package dev.lathe.model;

import dev.lathe.tensor.DType;
import java.util.List;

/**
 * All that distinguishes one decoder from another, read from {@code config.json} by {@link ConfigReader}.
 *
 * @param intermediate width of the MLP
 * @param qkvBias whether query, key and value projections have a bias; outputBias the same of the attention's output
 * @param tiedHead whether the output head is the embedding table
 * @param dtype what the checkpoint's config says its weights are
 * @param initializerRange standard deviation of fresh weights
 * @param eos token ids that end a text; may be empty
 */
public record DecoderSpec(
        String modelType,
        int vocabulary,
        int hidden,
        int layers,
        int heads,
        int keyHeads,
        int headDim,
        int intermediate,
        double normEpsilon,
        boolean qkvBias,
        boolean outputBias,
        boolean mlpBias,
        boolean tiedHead,
        int maxPositions,
        RopeSpec rope,
        DType dtype,
        double initializerRange,
        List<Integer> eos) {
    /** The same with an output head of its own. */
    public DecoderSpec untied() {
        return new DecoderSpec(
                modelType,
                vocabulary,
                hidden,
                layers,
                heads,
                keyHeads,
                headDim,
                intermediate,
                normEpsilon,
                qkvBias,
                outputBias,
                mlpBias,
                false,
                maxPositions,
                rope,
                dtype,
                initializerRange,
                eos);
    }
}
