package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.Columns;
import dev.lathe.tensor.LatentHeads;
import dev.lathe.tensor.NormKind;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** DeepSeek's attention: queries, and keys with values, each through a narrow normed vector. */
final class LatentAttention implements Sublayer {
    private static final double EPSILON = 1e-6;

    private final int layer;
    private final LatentSpec widths;
    private final Optional<Narrow> narrowQueries;
    private final Linear queries;
    private final Linear narrow;
    private final NormLayer norm;
    private final Linear keysAndValues;
    private final LatentHeads heads;
    private final LayerAttention attention;
    private final Linear output;

    /** What stands before the projection of queries in the larger models. */
    private record Narrow(Linear linear, NormLayer norm) {}

    LatentAttention(DecoderSpec spec, Modules modules, int layer) {
        LatentSpec latent = spec.latent().orElseThrow();
        String prefix = spec.names().of(Slot.LAYERS) + layer + ".self_attn.";
        int count = spec.attention().heads();
        long width = latent.rotated() + latent.still();
        boolean bias = spec.attention().qkvBias();
        this.layer = layer;
        this.widths = latent;
        if (latent.queryRank() > 0) {
            Part down = new Part(prefix + "q_a_proj", latent.queryRank(), bias);
            this.narrowQueries = Optional.of(new Narrow(
                    modules.linear(down, spec.hidden()), norm(modules, prefix + "q_a_layernorm", latent.queryRank())));
            this.queries = modules.linear(new Part(prefix + "q_b_proj", count * width, false), latent.queryRank());
        } else {
            this.narrowQueries = Optional.empty();
            this.queries = modules.linear(new Part(prefix + "q_proj", count * width, false), spec.hidden());
        }
        this.narrow = modules.linear(
                new Part(prefix + "kv_a_proj_with_mqa", latent.rank() + latent.rotated(), bias), spec.hidden());
        this.norm = norm(modules, prefix + "kv_a_layernorm", latent.rank());
        this.keysAndValues = modules.linear(
                new Part(prefix + "kv_b_proj", (long) count * (latent.still() + latent.valueDim()), false),
                latent.rank());
        this.heads =
                new LatentHeads(count, latent.still(), latent.rotated(), latent.valueDim(), spec.is(Trait.PAIRED_ROPE));
        this.attention = new LayerAttention(spec, layer, Optional.empty(), 0);
        this.output = modules.linear(
                new Part(prefix + "o_proj", spec.hidden(), spec.attention().outputBias()),
                (long) count * latent.valueDim());
    }

    private static NormLayer norm(Modules modules, String name, long size) {
        Operand weight = modules.scale(name, size);
        return new NormLayer(NormKind.RMS, EPSILON, weight, Optional.empty(), 0);
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor from = narrowQueries
                .map(n -> n.norm().apply(tape, n.linear().apply(pass, x)))
                .orElse(x);
        Tensor q = queries.apply(pass, from); // [tokens, heads · (still + rotated)]
        List<Tensor> both = Columns.split(tape, narrow.apply(pass, x), widths.rank(), widths.rotated());
        Tensor kv = keysAndValues.apply(pass, norm.apply(tape, both.getFirst()));
        Tensor qkv = heads.apply(tape, q, both.getLast(), kv);
        return output.apply(pass, pass.attend(layer, attention, qkv));
    }

    @Override
    public boolean isTrained() {
        return Stream.of(queries, narrow, keysAndValues, output).anyMatch(Linear::isTrained)
                || norm.isTrained()
                || narrowQueries
                        .map(n -> n.linear().isTrained() || n.norm().isTrained())
                        .orElse(false);
    }
}
