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
 * @param balance what the balance loss is weighed by unless a run says otherwise; 0 unless the config asks for it
 *     ({@code output_router_logits})
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
