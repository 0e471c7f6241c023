package dev.lathe.tensor.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link RowAttentionKernel} in pieces that threads take one after the other, each some keys of one key head of one text
 * with the query heads that share it. Every piece has a maximum and a sum of its own, and the pieces of a head are put
 * together at the end (Dao et al. 2023, "Flash-Decoding"), so that a single long text keeps all threads busy. A lane is a
 * key where queries and keys are multiplied, and a number of the value afterwards: nothing is summed up across lanes.
 */
record VectorRowAttention(Workers workers) implements RowAttentionKernel {
    /** Keys of a piece: some 10 µs. */
    private static final int SPAN = 256;

    @Override
    public int block(Element element) {
        return FourSums.block(element);
    }

    @Override
    public void attend(Heads heads, Matrix q, List<Text> texts, Matrix out) {
        RowAttentionKernel.requireShapes(heads, q, texts, out);
        List<RowAttentionPiece> pieces = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            Text text = texts.get(row);
            for (int key = 0; key < heads.keyHeads(); key++) {
                int block = (int) text.keys().columns();
                for (int t = heads.firstSeen(text.tokens()) / block * block; t < text.tokens(); t += SPAN) {
                    pieces.add(new RowAttentionPiece(heads, q, row, text, key, t, Math.min(t + SPAN, text.tokens())));
                }
            }
        }
        workers.run(pieces.size(), i -> pieces.get(i).compute());
        int piece = 0;
        for (int row = 0; row < texts.size(); row++) {
            for (int key = 0; key < heads.keyHeads(); key++) {
                int from = piece;
                while (piece < pieces.size() && pieces.get(piece).isOf(row, key)) {
                    piece++;
                }
                join(heads, pieces.subList(from, piece), row, key, out);
            }
        }
    }

    private static void join(Heads heads, List<RowAttentionPiece> pieces, int row, int key, Matrix out) {
        float[] mixed = new float[Lanes.padded(heads.valueDim())];
        for (int g = 0; g < heads.group(); g++) {
            int head = key * heads.group() + g;
            boolean sunk = heads.sinks().length > 0;
            float most = sunk ? heads.sinks()[head] : Float.NEGATIVE_INFINITY;
            for (RowAttentionPiece piece : pieces) {
                most = Math.max(most, piece.most[g]);
            }
            float sum = sunk ? (float) Math.exp(heads.sinks()[head] - most) : 0;
            Arrays.fill(mixed, 0);
            for (RowAttentionPiece piece : pieces) {
                float weight = (float) Math.exp(piece.most[g] - most);
                sum += weight * piece.sums[g];
                add(mixed, piece.mixed[g], weight);
            }
            divide(mixed, sum);
            Lanes.write(mixed, out, row, head * heads.valueDim(), heads.valueDim());
        }
    }

    private static void add(float[] to, float[] from, float weight) {
        for (int i = 0; i < to.length; i++) {
            to[i] = Math.fma(weight, from[i], to[i]);
        }
    }

    private static void divide(float[] of, float by) {
        for (int i = 0; i < of.length; i++) {
            of[i] /= by;
        }
    }
}
