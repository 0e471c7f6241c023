package dev.lathe.model;

import dev.lathe.tensor.Residual;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Scaled;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A layer of a decoder: x + attention(norm(x)), then + mlp(norm(·)); with norms before, behind or on both sides, and side
 * by side where the family has it so.
 */
public final class Block {
    private final Optional<NormLayer> attentionIn;
    private final Sublayer attention;
    private final Optional<NormLayer> attentionOut;
    private final Optional<NormLayer> mlpIn;
    private final Sublayer mlp;
    private final Optional<NormLayer> mlpOut;
    private final boolean parallel;
    private final double residual;

    Block(DecoderSpec spec, Modules modules, int layer) {
        Optional<NormLayer> first = norm(spec, modules, layer, Slot.ATTENTION_IN);
        this.attention = spec.latent().isPresent()
                ? new LatentAttention(spec, modules, layer)
                : new HeadedAttention(spec, modules, layer);
        this.attentionOut = norm(spec, modules, layer, Slot.ATTENTION_OUT);
        Optional<NormLayer> second = norm(spec, modules, layer, Slot.MLP_IN);
        this.mlp = spec.hasExperts(layer) ? Experts.of(spec, modules, layer) : Mlp.of(spec, modules, layer);
        this.mlpOut = norm(spec, modules, layer, Slot.MLP_OUT);
        this.parallel = spec.parallel();
        boolean shared = parallel && second.isEmpty();
        this.attentionIn = first.map(norm -> norm.withRoom(shared ? 0 : attention.room()));
        this.mlpIn = second.map(norm -> norm.withRoom(mlp.room()));
        this.residual = spec.multipliers().residual();
    }

    private static Optional<NormLayer> norm(DecoderSpec spec, Modules modules, int layer, Slot slot) {
        return spec.names().has(slot)
                ? Optional.of(NormLayer.of(spec, modules, spec.names().of(layer, slot), spec.hidden()))
                : Optional.empty();
    }

    /** Whether anything in it is trained. */
    public boolean isTrained() {
        return attention.isTrained()
                || mlp.isTrained()
                || Stream.of(attentionIn, attentionOut, mlpIn, mlpOut)
                        .flatMap(Optional::stream)
                        .anyMatch(NormLayer::isTrained);
    }

    /** x, result: [tokens, hidden]. */
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor read = normed(tape, attentionIn, x);
        Tensor attended = normed(tape, attentionOut, attention.apply(pass, read));
        Tensor branch = Scaled.apply(tape, attended, residual);
        if (!parallel && mlpIn.isPresent()) {
            RmsNorm.Sum sum = mlpIn.get().ofSum(tape, x, branch);
            return finished(pass, sum.sum(), sum.normed());
        }
        Tensor middle = Residual.add(tape, x, branch);
        return finished(
                pass, middle, parallel ? mlpIn.map(norm -> norm.apply(tape, x)).orElse(read) : middle);
    }

    /** The same for the few rows of {@link RowDecoder}; empty where there are no kernels for a part of it. */
    Optional<RowBlock> rowwise(RowMemory memory) {
        Optional<RowNorm> first = attentionIn.flatMap(norm -> RowNorm.of(norm, memory));
        Optional<RowNorm> second = mlpIn.flatMap(norm -> RowNorm.of(norm, memory));
        Optional<RowNorm> afterAttention = attentionOut.flatMap(norm -> RowNorm.of(norm, memory));
        Optional<RowNorm> afterMlp = mlpOut.flatMap(norm -> RowNorm.of(norm, memory));
        Optional<RowSublayer> attending = attention.rowwise(memory);
        Optional<RowSublayer> widening = mlp.rowwise(memory);
        boolean known = first.isPresent()
                && second.isPresent()
                && attending.isPresent()
                && widening.isPresent()
                && afterAttention.isPresent() == attentionOut.isPresent()
                && afterMlp.isPresent() == mlpOut.isPresent()
                && !parallel
                && residual == 1;
        return known
                ? Optional.of(new RowBlock(
                        memory.kernels(),
                        first.get(),
                        attending.get(),
                        afterAttention,
                        second.get(),
                        widening.get(),
                        afterMlp))
                : Optional.empty();
    }

    private Tensor finished(Pass pass, Tensor middle, Tensor from) {
        Tensor transformed = normed(pass.tape(), mlpOut, mlp.apply(pass, from));
        return Residual.add(pass.tape(), middle, Scaled.apply(pass.tape(), transformed, residual));
    }

    private static Tensor normed(Tape tape, Optional<NormLayer> norm, Tensor x) {
        return norm.map(layer -> layer.apply(tape, x)).orElse(x);
    }
}
