package dev.lathe.train;

import java.util.List;

/**
 * Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
 *
 * @param rank of the two factors, at least 1
 * @param alpha numerator of the scaling
 * @param dropout probability, in [0, 1), with which an input of the first factor is dropped
 * @param rankStabilized alpha/√rank instead of alpha/rank (rsLoRA; Kalajdzievski 2023, arXiv:2312.03732)
 * @param targets last parts of the names of the adapted linear layers
 * @param modulesToSave last parts of the names of modules that are trained whole, beside the factors
 */
public record LoraSpec(
        int rank,
        double alpha,
        double dropout,
        boolean rankStabilized,
        List<String> targets,
        List<String> modulesToSave) {
    public LoraSpec {
        targets = List.copyOf(targets);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** What the factors' product is multiplied by. */
    double scaling() {
        return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    }
}
