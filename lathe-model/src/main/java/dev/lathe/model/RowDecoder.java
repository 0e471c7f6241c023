package dev.lathe.model;

import dev.lathe.model.RowPass.Turn;
import dev.lathe.tensor.FewRows;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Decoder} for the newest tokens of a few texts: the step of generation. Kernels work on memory that was made once,
 * and the logits are the only tensor that is made, so that a token costs little more than the reading of the weights: of 10 ms that
 * SmolLM2-135M takes on two cores, the thousand calls of libtorch that it saves would take two. Rounds where the decoder's
 * operations round.
 *
 * <p>Families with parts that it does not know have none: {@link Decoder#rowwise}.
 *
 * @param table the embedding's
 * @param head [vocabulary, hidden]
 */
record RowDecoder(
        DecoderSpec spec,
        RowMemory memory,
        Matrix table,
        List<RowBlock> blocks,
        RowNorm finalNorm,
        Matrix head,
        Buffers buffers) {
    /**
     * x, normed and branch: [most, hidden].
     *
     * @param cos of each kind of rotation F32 [most, rotated / 2]; sin the same
     */
    record Buffers(
            MemorySegment x,
            MemorySegment normed,
            MemorySegment branch,
            List<MemorySegment> cos,
            List<MemorySegment> sin) {
        static Buffers of(DecoderSpec spec, RowMemory memory) {
            return new Buffers(
                    memory.rows(spec.hidden()),
                    memory.rows(spec.hidden()),
                    memory.rows(spec.hidden()),
                    angles(spec, memory),
                    angles(spec, memory));
        }

        private static List<MemorySegment> angles(DecoderSpec spec, RowMemory memory) {
            return spec.rope().kinds().stream()
                    .map(kind -> memory.floats(kind.rotated() / 2))
                    .toList();
        }
    }

    /** Rows it has room for. */
    int most() {
        return memory.most();
    }

    /**
     * Reads the token at {@code positions[i]} of each text, whose cache holds everything before it and takes up its key and
     * value.
     *
     * @param lengths of the texts
     * @return of each text the logits of the token that follows
     */
    List<float[]> step(int[] ids, int[] positions, int[] lengths, List<CachedPass.Text> texts) {
        int rows = ids.length;
        Matrix x = memory.matrix(buffers.x(), rows, spec.hidden());
        Matrix normed = memory.matrix(buffers.normed(), rows, spec.hidden());
        Matrix branch = memory.matrix(buffers.branch(), rows, spec.hidden());
        for (int row = 0; row < rows; row++) {
            table.copyRows(ids[row], 1, x, row);
        }
        RowPass pass = new RowPass(texts, turns(positions, lengths), spec.rope().ofLayer());
        for (RowBlock block : blocks) {
            block.apply(pass, x, normed, branch);
        }
        finalNorm.apply(x, normed);
        return logits(normed);
    }

    /** In memory for this step alone: that of many rows would be much to keep. */
    private List<float[]> logits(Matrix normed) {
        try (Scope scope = Scope.open()) {
            Matrix logits = Matrices.of(Tensors.empty(Matrices.dtype(normed), normed.rows(), spec.vocabulary()));
            FewRows.multiply(memory.kernels(), normed, head, logits);
            List<float[]> all = new ArrayList<>();
            for (int row = 0; row < logits.rows(); row++) {
                all.add(logits.floats(row));
            }
            return all;
        }
    }

    private List<Turn> turns(int[] positions, int[] lengths) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < spec.rope().kinds().size(); i++) {
            RopeSpec.Tables tables = spec.rope().kinds().get(i).tables(positions, lengths);
            Matrix cos = Matrix.of(buffers.cos().get(i), Element.F32, tables.tokens(), tables.width());
            Matrix sin = Matrix.of(buffers.sin().get(i), Element.F32, tables.tokens(), tables.width());
            turns.add(new Turn(cos.fill(tables.cos()), sin.fill(tables.sin())));
        }
        return turns;
    }
}
