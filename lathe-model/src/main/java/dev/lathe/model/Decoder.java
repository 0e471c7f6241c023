package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.EmbeddingLookup;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Embedding, blocks, norm and head. Who drives it owns the loop over {@link #blocks}. */
public final class Decoder {
    private final DecoderSpec spec;
    private final Operand embedding;
    private final List<Block> blocks;
    private final Operand finalNorm;
    private final Operand head;

    private Decoder(DecoderSpec spec, Operand embedding, List<Block> blocks, Operand finalNorm, Operand head) {
        this.spec = spec;
        this.embedding = embedding;
        this.blocks = blocks;
        this.finalNorm = finalNorm;
        this.head = head;
    }

    public static Decoder build(DecoderSpec spec, Modules modules) {
        Operand embedding = modules.table("model.embed_tokens", spec.vocabulary(), spec.hidden());
        List<Block> blocks = IntStream.range(0, spec.layers())
                .mapToObj(layer -> block(spec, modules, layer))
                .toList();
        Operand finalNorm = modules.scale("model.norm", spec.hidden());
        Operand head = spec.tiedHead()
                ? modules.tiedHead(embedding, spec.vocabulary(), spec.hidden())
                : modules.table("lm_head", spec.vocabulary(), spec.hidden());
        return new Decoder(spec, embedding, blocks, finalNorm, head);
    }

    private static Block block(DecoderSpec spec, Modules modules, int layer) {
        String prefix = "model.layers." + layer + ".";
        String attention = prefix + "self_attn.";
        String mlp = prefix + "mlp.";
        long hidden = spec.hidden();
        long queries = (long) spec.heads() * spec.headDim();
        long keys = (long) spec.keyHeads() * spec.headDim();
        return new Block(
                layer,
                spec,
                new Block.Parts(
                        modules.scale(prefix + "input_layernorm", hidden),
                        modules.joined(
                                List.of(
                                        new Part(attention + "q_proj", queries, spec.qkvBias()),
                                        new Part(attention + "k_proj", keys, spec.qkvBias()),
                                        new Part(attention + "v_proj", keys, spec.qkvBias())),
                                hidden),
                        modules.linear(new Part(attention + "o_proj", hidden, spec.outputBias()), queries),
                        modules.scale(prefix + "post_attention_layernorm", hidden),
                        modules.joined(
                                List.of(
                                        new Part(mlp + "gate_proj", spec.intermediate(), spec.mlpBias()),
                                        new Part(mlp + "up_proj", spec.intermediate(), spec.mlpBias())),
                                hidden),
                        modules.linear(new Part(mlp + "down_proj", hidden, spec.mlpBias()), spec.intermediate())));
    }

    public DecoderSpec spec() {
        return spec;
    }

    public List<Block> blocks() {
        return blocks;
    }

    /** ids: int64 [tokens]; result: [tokens, hidden]. */
    public Tensor embed(Tape tape, Tensor ids) {
        return EmbeddingLookup.apply(tape, ids, embedding);
    }

    /** The norm before the head. x, result: [rows, hidden]. */
    public Tensor normalize(Tape tape, Tensor x) {
        return new RmsNorm(spec.normEpsilon()).apply(tape, x, finalNorm);
    }

    /** [vocabulary, hidden]. */
    public Operand head() {
        return head;
    }

    /** Index of the first block with something trained in it; the number of blocks if none has. */
    public int lowestTrained() {
        if (embedding.isTrained()) {
            return 0;
        }
        int block = 0;
        while (block < blocks.size() && !blocks.get(block).isTrained()) {
            block++;
        }
        return block;
    }

    /** All the way without recording. ids: int64 [tokens]; result: [tokens, hidden], normalised. */
    public Tensor hidden(Pass pass, Tensor ids) {
        Tensor x = through(pass, ids);
        return normalize(pass.tape(), x);
    }

    /** The last block's result without recording, [tokens, hidden]: a block's intermediate results go when it is done. */
    public Tensor through(Pass pass, Tensor ids) {
        Tensor x = embed(pass.tape(), ids);
        for (Block block : blocks) {
            Tensor input = x;
            x = Scope.keepOnly(() -> block.apply(pass, input));
            input.close();
        }
        return x;
    }

    /** Scores of every token of the vocabulary. hidden: [rows, hidden], normalised; result: [rows, vocabulary]. */
    public Tensor logits(Tensor hidden) {
        return hidden.matmul(head.value().transpose(0, 1));
    }
}
