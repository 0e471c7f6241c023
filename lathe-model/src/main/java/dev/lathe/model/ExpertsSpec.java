package dev.lathe.model;

import dev.lathe.tensor.RouterWeights;
import java.util.List;

/**
 * A mixture of experts in place of an MLP.
 *
 * @param layers which of the layers have it
 * @param count experts, of which each token goes to {@code active}
 * @param intermediate width of an expert
 * @param shared width of the expert that every token goes to; 0 for none
 * @param choice how experts are chosen
 * @param weights how much they count
 * @param balance what transformers weighs the balance loss by when asked for it
 */
public record ExpertsSpec(
        List<Boolean> layers,
        int count,
        int active,
        int intermediate,
        int shared,
        ExpertChoice choice,
        RouterWeights weights,
        double balance) {}
