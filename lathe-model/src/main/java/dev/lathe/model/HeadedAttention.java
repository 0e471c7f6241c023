package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.NormKind;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.QkNorm;
import dev.lathe.tensor.QkvOrder;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Queries, keys and values by one projection, attention, and the projection back. */
final class HeadedAttention implements Sublayer {
    private final int layer;
    private final Linear qkv;
    private final QkvOrder groups;
    private final QkvOrder pairs;
    private final Optional<Norms> norms;
    private final LayerAttention attention;
    private final Linear output;

    private record Norms(QkNorm norm, Operand query, Operand key) {}

    HeadedAttention(DecoderSpec spec, Modules modules, int layer) {
        AttentionSpec heads = spec.attention();
        long queries = (long) heads.heads() * heads.headDim();
        this.layer = layer;
        this.qkv = modules.joined(parts(spec, layer), spec.hidden());
        int paired = spec.is(Trait.PAIRED_ROPE) ? spec.rope().kinds().getFirst().rotated() : 0;
        this.groups = new QkvOrder(heads.heads(), heads.keyHeads(), heads.headDim(), spec.is(Trait.GROUPED_QKV), 0);
        this.pairs = new QkvOrder(heads.heads(), heads.keyHeads(), heads.headDim(), false, paired);
        this.norms = heads.qkNorm() ? Optional.of(norms(spec, modules, layer)) : Optional.empty();
        Optional<Operand> sinks = sinks(spec, modules, layer);
        this.output = modules.linear(
                new Part(spec.names().of(layer, Slot.OUTPUT), spec.hidden(), heads.outputBias()), queries);
        this.attention = new LayerAttention(spec, layer, sinks, output.room());
    }

    private static List<Part> parts(DecoderSpec spec, int layer) {
        AttentionSpec heads = spec.attention();
        Names names = spec.names();
        long queries = (long) heads.heads() * heads.headDim();
        long keys = (long) heads.keyHeads() * heads.headDim();
        boolean bias = heads.qkvBias();
        return names.has(Slot.QKV)
                ? List.of(new Part(names.of(layer, Slot.QKV), queries + 2 * keys, bias))
                : List.of(
                        new Part(names.of(layer, Slot.QUERY), queries, bias),
                        new Part(names.of(layer, Slot.KEY), keys, bias),
                        new Part(names.of(layer, Slot.VALUE), keys, bias));
    }

    private static Norms norms(DecoderSpec spec, Modules modules, int layer) {
        AttentionSpec heads = spec.attention();
        boolean whole = spec.is(Trait.QK_NORM_WHOLE);
        QkNorm norm = new QkNorm(
                NormLayer.kind(spec), spec.normEpsilon(), heads.heads(), heads.keyHeads(), heads.headDim(), whole);
        return new Norms(
                norm,
                weight(spec, modules, spec.names().of(layer, Slot.QUERY_NORM), heads.heads()),
                weight(spec, modules, spec.names().of(layer, Slot.KEY_NORM), heads.keyHeads()));
    }

    private static Operand weight(DecoderSpec spec, Modules modules, String name, long heads) {
        long headDim = spec.attention().headDim();
        if (spec.is(Trait.LAYER_NORM)) { // Cohere's: a row a head
            return modules.tensor(name + ".weight", heads, headDim);
        }
        return modules.scale(name, spec.is(Trait.QK_NORM_WHOLE) ? heads * headDim : headDim);
    }

    private static Optional<Operand> sinks(DecoderSpec spec, Modules modules, int layer) {
        return spec.is(Trait.SINKS)
                ? Optional.of(modules.tensor(
                        spec.names().of(layer, Slot.SINKS), spec.attention().heads()))
                : Optional.empty();
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor projected = groups.apply(tape, qkv.apply(pass, x));
        Tensor normed = norms.map(n -> n.norm().apply(tape, projected, n.query(), n.key()))
                .orElse(projected);
        // A norm's weights are in the checkpoint's order within a head: only now may pairs be put apart.
        return output.apply(pass, pass.attend(layer, attention, pairs.apply(tape, normed)));
    }

    @Override
    public Optional<RowSublayer> rowwise(RowMemory memory) {
        boolean known = norms.map(n -> n.norm().kind() == NormKind.RMS).orElse(true);
        if (groups.moves() || pairs.moves() || !known) {
            return Optional.empty();
        }
        return Optional.of(new RowHeads(
                memory,
                layer,
                RowLinear.of(qkv, memory.kernels()),
                norms.map(n -> rowNorms(n, memory)).orElseGet(List::of),
                attention,
                attention.heads(),
                RowLinear.of(output, memory.kernels())));
    }

    private static List<RowHeads.Normed> rowNorms(Norms norms, RowMemory memory) {
        QkNorm norm = norms.norm();
        long queries = (long) norm.heads() * norm.headDim();
        long keys = (long) norm.keyHeads() * norm.headDim();
        return List.of(
                new RowHeads.Normed(
                        RowNorm.of(Matrices.ofVector(norms.query().value()), norm.epsilon(), memory),
                        0,
                        queries,
                        norm.whole() ? queries : norm.headDim()),
                new RowHeads.Normed(
                        RowNorm.of(Matrices.ofVector(norms.key().value()), norm.epsilon(), memory),
                        queries,
                        keys,
                        norm.whole() ? keys : norm.headDim()));
    }

    @Override
    public long room() {
        return qkv.room();
    }

    @Override
    public boolean isTrained() {
        return qkv.isTrained()
                || output.isTrained()
                || attention.isTrained()
                || norms.map(n -> n.query().isTrained() || n.key().isTrained()).orElse(false);
    }
}
