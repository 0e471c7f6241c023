package dev.lathe.model;

import dev.lathe.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that distinguishes one decoder from another, read from {@code config.json} by {@link ConfigReader}.
 *
 * @param names what the checkpoint calls its parts, and with it which parts there are
 * @param parallel whether attention and MLP of a block read the same input
 * @param mlp of the layers that have no experts
 * @param tiedHead whether the output head is the embedding table
 * @param dtype what the checkpoint's config says its weights are
 * @param initializerRange standard deviation of fresh weights
 * @param eos token ids that end a text; may be empty
 */
public record DecoderSpec(
        Family family,
        Names names,
        int vocabulary,
        int hidden,
        int layers,
        boolean parallel,
        AttentionSpec attention,
        Optional<LatentSpec> latent,
        MlpSpec mlp,
        Optional<ExpertsSpec> experts,
        double normEpsilon,
        Multipliers multipliers,
        boolean tiedHead,
        int maxPositions,
        RopePlan rope,
        DType dtype,
        double initializerRange,
        List<Integer> eos) {
    public String modelType() {
        return family.modelType();
    }

    boolean is(Trait trait) {
        return family.is(trait);
    }

    /** Whether positions are rotations, in some layer at least. */
    public boolean rotates() {
        return rope.kinds().stream().anyMatch(kind -> !(kind.scaling() instanceof RopeScaling.Still));
    }

    /** Whether layer {@code layer} has experts instead of an MLP. */
    boolean hasExperts(int layer) {
        return experts.map(spec -> spec.layers().get(layer)).orElse(false);
    }

    /** The tensor of the embedding's table. */
    public String embeddingTensor() {
        return names.of(Slot.EMBEDDING) + ".weight";
    }

    /** The module of the output head; its tensor is this and {@code .weight}. */
    String headModule() {
        return names.of(Slot.HEAD);
    }

    public String headTensor() {
        return headModule() + ".weight";
    }

    /** The number of the block that a tensor belongs to, whatever an adapter puts around its name; empty outside of blocks. */
    public OptionalInt layerOf(String tensor) {
        Matcher name = Pattern.compile(Pattern.quote(names.of(Slot.LAYERS)) + "(\\d{1,6})\\.")
                .matcher(tensor);
        return name.find() ? OptionalInt.of(Integer.parseInt(name.group(1))) : OptionalInt.empty();
    }

    /** The same with an output head of its own. */
    DecoderSpec untied() {
        return with(false, rope);
    }

    /** The same with other positions. */
    DecoderSpec rotating(RopePlan other) {
        return with(tiedHead, other);
    }

    private DecoderSpec with(boolean otherTie, RopePlan otherRope) {
        return new DecoderSpec(
                family,
                names,
                vocabulary,
                hidden,
                layers,
                parallel,
                attention,
                latent,
                mlp,
                experts,
                normEpsilon,
                multipliers,
                otherTie,
                maxPositions,
                otherRope,
                dtype,
                initializerRange,
                eos);
    }
}
