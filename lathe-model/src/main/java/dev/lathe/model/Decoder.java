package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.EmbeddingLookup;
import dev.lathe.tensor.FewRows;
import dev.lathe.tensor.Head;
import dev.lathe.tensor.HeadLoss;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Residual;
import dev.lathe.tensor.Scaled;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Embedding, blocks, norm and head. Who drives it owns the loop over {@link #blocks}. */
public final class Decoder {
    private final DecoderSpec spec;
    private final Operand embedding;
    private final Optional<Operand> positions;
    private final Optional<NormLayer> embeddingNorm;
    private final List<Block> blocks;
    private final NormLayer finalNorm;
    private final HeadLoss head;

    private Decoder(DecoderSpec spec, Modules modules) {
        Names names = spec.names();
        String table = names.of(Slot.EMBEDDING);
        this.spec = spec;
        this.embedding = modules.table(table, spec.vocabulary(), spec.hidden());
        this.positions = names.has(Slot.POSITIONS)
                ? Optional.of(modules.table(names.of(Slot.POSITIONS), spec.maxPositions(), spec.hidden()))
                : Optional.empty();
        this.embeddingNorm = names.has(Slot.EMBEDDING_NORM)
                ? Optional.of(NormLayer.of(spec, modules, names.of(Slot.EMBEDDING_NORM), spec.hidden()))
                : Optional.empty();
        this.blocks = IntStream.range(0, spec.layers())
                .mapToObj(layer -> new Block(spec, modules, layer))
                .toList();
        this.finalNorm = NormLayer.of(spec, modules, names.of(Slot.FINAL_NORM), spec.hidden());
        this.head =
                new HeadLoss(head(spec, modules, embedding), spec.multipliers().logitCap());
    }

    private static Head head(DecoderSpec spec, Modules modules, Operand embedding) {
        String module = spec.headModule();
        Operand table = spec.tiedHead()
                ? modules.tiedHead(module, spec.names().of(Slot.EMBEDDING), embedding, spec.vocabulary(), spec.hidden())
                : modules.table(module, spec.vocabulary(), spec.hidden());
        Optional<Operand> bias = spec.is(Trait.HEAD_BIAS)
                ? Optional.of(modules.tensor(module + ".bias", spec.vocabulary()))
                : Optional.empty();
        Head head = new Head.Matrix(table, bias);
        return spec.is(Trait.ADAPTED_HEAD) ? modules.head(module, head, spec.vocabulary(), spec.hidden()) : head;
    }

    public static Decoder build(DecoderSpec spec, Modules modules) {
        return new Decoder(spec, modules);
    }

    public DecoderSpec spec() {
        return spec;
    }

    public List<Block> blocks() {
        return blocks;
    }

    /** ids: int64 [tokens]; result: [tokens, hidden]. */
    public Tensor embed(Pass pass, Tensor ids) {
        Tape tape = pass.tape();
        Tensor x = Scaled.apply(tape, EmbeddingLookup.apply(tape, ids, embedding), embeddingScale());
        Tensor placed = positions
                .map(table -> Residual.add(tape, x, EmbeddingLookup.apply(tape, places(pass), table)))
                .orElse(x);
        return embeddingNorm.map(norm -> norm.apply(tape, placed)).orElse(placed);
    }

    private double embeddingScale() {
        Multipliers multipliers = spec.multipliers();
        boolean narrow = multipliers.rounded() && embedding.dtype() == DType.BF16;
        return narrow ? bf16(multipliers.embedding()) : multipliers.embedding();
    }

    private static double bf16(double value) {
        try (Scope scope = Scope.open()) {
            return Tensors.of(new double[] {value}, 1).to(DType.BF16).item();
        }
    }

    private Tensor places(Pass pass) {
        int[] places = pass.positions().places();
        int last = Arrays.stream(places).max().orElse(0);
        if (last >= spec.maxPositions()) {
            throw new UserError(("a text has %d tokens, but the model learned only %d positions: keep cutoff_len, or"
                            + " prompt and answer together, within them")
                    .formatted(last + 1, spec.maxPositions()));
        }
        return Tensors.indices(places);
    }

    /** The norm before the head, and what logits are multiplied by. x, result: [rows, hidden]. */
    public Tensor normalize(Tape tape, Tensor x) {
        return Scaled.apply(tape, finalNorm.apply(tape, x), spec.multipliers().logits());
    }

    /** The head and its loss, for normalised hidden states. */
    public HeadLoss headLoss() {
        return head;
    }

    /**
     * The head's table, [vocabulary, hidden], for those who need nothing else. Throws {@link UserError} where the head is
     * more than a table: logits that are bent, a bias, an adapter.
     */
    public Operand head() {
        if (head.cap() != 0) {
            throw new UserError(
                    "%s bends its logits (final_logit_softcapping), which works with the stages pt and sft only"
                            .formatted(spec.modelType()));
        }
        return head.head()
                .table()
                .orElseThrow(() -> new UserError(
                        "the output head of %s has more than its table, which works with the stages pt and sft only"
                                .formatted(spec.modelType())));
    }

    /** Index of the first block with something trained in it; the number of blocks if none has. */
    public int lowestTrained() {
        boolean positioned = positions.map(Operand::isTrained).orElse(false)
                || embeddingNorm.map(NormLayer::isTrained).orElse(false);
        if (embedding.isTrained() || positioned) {
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
        Tensor x = embed(pass, ids);
        for (Block block : blocks) {
            Tensor input = x;
            x = Scope.keepOnly(() -> block.apply(pass, input));
            input.close();
        }
        return x;
    }

    /**
     * The same for the newest tokens of at most {@code rows} texts, without tensors; empty where there are no kernels for
     * this host, this type or a part of this family.
     */
    Optional<RowDecoder> rowwise(int rows) {
        Multipliers multipliers = spec.multipliers();
        Optional<Tensor> table = head.cap() == 0 ? head.head().table().flatMap(Operand::lasting) : Optional.empty();
        Optional<Tensor> ids = embedding.lasting();
        Optional<Kernels> kernels = FewRows.kernels(embedding.dtype());
        boolean plain = positions.isEmpty()
                && embeddingNorm.isEmpty()
                && multipliers.embedding() == 1
                && multipliers.logits() == 1;
        if (!plain || table.isEmpty() || ids.isEmpty() || kernels.isEmpty()) {
            return Optional.empty();
        }
        try (Scope scope = Scope.open()) { // for views of the weights, whose memory is what counts
            return rowwise(kernels.get(), Matrices.of(ids.get()), Matrices.of(table.get()), rows);
        }
    }

    private Optional<RowDecoder> rowwise(Kernels kernels, Matrix ids, Matrix table, int rows) {
        RowMemory memory = RowMemory.of(spec, kernels, ids.element(), rows);
        List<RowBlock> rowwise =
                blocks.stream().flatMap(block -> block.rowwise(memory).stream()).toList();
        return RowNorm.of(finalNorm, memory)
                .filter(norm -> rowwise.size() == blocks.size())
                .map(norm ->
                        new RowDecoder(spec, memory, ids, rowwise, norm, table, RowDecoder.Buffers.of(spec, memory)));
    }

    /** Scores of every token of the vocabulary. hidden: [rows, hidden], normalised; result: [rows, vocabulary]. */
    public Tensor logits(Tensor hidden) {
        return head.logits(hidden);
    }
}
