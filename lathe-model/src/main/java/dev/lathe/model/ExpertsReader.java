package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.tensor.RouterWeights;
import dev.lathe.tensor.RouterWeights.Scoring;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Reads what a config says about a mixture of experts. */
record ExpertsReader(Family family, ConfigKeys keys, int layers) {
    /** Empty for a config that names no number of experts: such models of the family are dense. */
    Optional<ExpertsSpec> experts() {
        if (!keys.has("num_experts")) {
            return Optional.empty();
        }
        int count = keys.positive("num_experts");
        int active = keys.positive("num_experts_per_tok");
        if (active > count) {
            throw keys.wrong("num_experts_per_tok", "%d is more than the %d experts".formatted(active, count));
        }
        int intermediate = keys.has("moe_intermediate_size")
                ? keys.positive("moe_intermediate_size")
                : keys.positive("intermediate_size");
        int shared = keys.has("n_shared_experts")
                ? Math.multiplyExact(keys.natural("n_shared_experts"), intermediate)
                : keys.natural("shared_expert_intermediate_size", 0);
        return Optional.of(new ExpertsSpec(
                which(),
                count,
                active,
                intermediate,
                shared,
                choice(count),
                weights(),
                keys.flag("output_router_logits", false) ? keys.number("router_aux_loss_coef", 0.001) : 0));
    }

    private List<Boolean> which() {
        int dense = keys.natural("first_k_dense_replace", 0);
        int every = keys.positive("moe_layer_freq", 1);
        int step = keys.natural("decoder_sparse_step", 1);
        JsonNode without = keys.node("mlp_only_layers");
        List<Boolean> which = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            int layer = i;
            boolean named = StreamSupport.stream(without.spliterator(), false).anyMatch(n -> n.asInt(-1) == layer);
            which.add(layer >= dense && layer % every == 0 && step > 0 && (layer + 1) % step == 0 && !named);
        }
        return List.copyOf(which);
    }

    private ExpertChoice choice(int count) {
        boolean grouped =
                family.is(Trait.SIGMOID_ROUTER) || keys.text("topk_method", "").equals("group_limited_greedy");
        if (!grouped || !keys.has("n_group")) {
            return ExpertChoice.plain();
        }
        int groups = keys.positive("n_group");
        int activeGroups = keys.positive("topk_group");
        if (count % groups != 0 || activeGroups > groups) {
            throw keys.wrong(
                    "n_group", "%d (topk_group %d) does not divide %d experts".formatted(groups, activeGroups, count));
        }
        boolean byPairs = family.is(Trait.SIGMOID_ROUTER);
        if (byPairs && count / groups < 2) {
            throw keys.wrong("n_group", "%d leaves groups of one expert".formatted(groups));
        }
        return new ExpertChoice(groups, activeGroups, byPairs);
    }

    private RouterWeights weights() {
        boolean sigmoid = family.is(Trait.SIGMOID_ROUTER);
        boolean normalised = family.is(Trait.NORMALISED_ROUTER)
                || (!family.modelType().equals("deepseek_v2") && keys.flag("norm_topk_prob", false));
        double factor = family.is(Trait.LATENT) ? keys.number("routed_scaling_factor", 1) : 1;
        return new RouterWeights(sigmoid ? Scoring.SIGMOID : Scoring.SOFTMAX, normalised, factor);
    }
}
