package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.RowAttentionKernel.Heads;
import dev.lathe.tensor.kernel.RowAttentionKernel.Text;
import java.util.Arrays;

/** Keys {@code from} to {@code to}, exclusive, of one key head, and what comes of them for each of its query heads. */
final class RowAttentionPiece {
    private final Heads heads;
    private final Matrix q;
    private final int row;
    private final Text text;
    private final int key;
    private final int from;
    private final int to;
    /** Largest scores, sums of e^(score − largest) and values weighted with those, for each query head. */
    final float[] most;

    final float[] sums;
    final float[][] mixed;

    RowAttentionPiece(Heads heads, Matrix q, int row, Text text, int key, int from, int to) {
        this.heads = heads;
        this.q = q;
        this.row = row;
        this.text = text;
        this.key = key;
        this.from = from;
        this.to = to;
        this.most = new float[heads.group()];
        this.sums = new float[heads.group()];
        this.mixed = new float[rounded(heads.group())][];
    }

    boolean isOf(int otherRow, int otherKey) {
        return row == otherRow && key == otherKey;
    }

    void compute() {
        float[][] scores = scores();
        for (int g = 0; g < heads.group(); g++) {
            most[g] = largest(scores[g], to - from);
            sums[g] = Exp.apply(scores[g], 1, most[g], scores[g], 0, to - from);
        }
        mix(scores);
    }

    /** [a multiple of four, keys]: rows behind the group's are zeros. */
    private float[][] scores() {
        int group = heads.group();
        int block = (int) text.keys().columns();
        float[][] scores = new float[rounded(group)][];
        float[][] queries = new float[rounded(group)][];
        for (int g = 0; g < scores.length; g++) {
            scores[g] = new float[(to - from + block - 1) / block * block];
            queries[g] = Lanes.array(heads.keyDim());
            if (g < group) {
                Lanes.read(q, row, (key * group + g) * heads.keyDim(), heads.keyDim(), queries[g]);
            }
        }
        for (int g = 0; g < group; g += FourSums.FOUR) {
            for (int t = from; t < to; t += block) {
                dots(t, block, queries, g, scores);
            }
        }
        for (int g = 0; g < group; g++) {
            finish(scores[g], key * group + g);
        }
        return scores;
    }

    /** Four queries times a block of keys. */
    private void dots(int token, int block, float[][] queries, int g, float[][] scores) {
        Matrix keys = text.keys();
        long width = (long) heads.keyHeads() * heads.keyDim();
        long at = keys.offset(token / block * width + (long) key * heads.keyDim(), 0);
        long step = (long) block * keys.element().bytes();
        new FourSums(keys.element(), keys.data()).write(at, step, heads.keyDim(), queries, g, scores, token - from);
    }

    /** Scale, cap and distance; what is behind the last key becomes nothing. */
    private void finish(float[] scores, int head) {
        int count = to - from;
        if (heads.cap() == 0 && heads.slopes().length == 0) {
            scale(scores, heads.scale());
        } else {
            for (int i = 0; i < count; i++) {
                scores[i] = heads.score(scores[i], head, text.tokens() - 1 - from - i);
            }
        }
        Arrays.fill(scores, 0, Math.max(0, heads.firstSeen(text.tokens()) - from), Float.NEGATIVE_INFINITY);
        Arrays.fill(scores, count, scores.length, Float.NEGATIVE_INFINITY); // whose e^ is 0
    }

    private static float largest(float[] scores, int count) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, scores[i]);
        }
        return most;
    }

    private void mix(float[][] weights) {
        int width = heads.valueDim();
        Matrix values = text.values();
        int block = FourSums.block(values.element());
        int whole = width / block * block;
        long column = (long) key * width;
        long step = values.rowStride() * values.element().bytes();
        FourSums four = new FourSums(values.element(), values.data());
        for (int g = 0; g < weights.length; g++) {
            mixed[g] = Lanes.array(width);
        }
        for (int g = 0; g < weights.length; g += FourSums.FOUR) {
            for (int c = 0; c < whole; c += block) {
                four.write(values.offset(from, column + c), step, to - from, weights, g, mixed, c);
            }
        }
        for (int g = 0; g < heads.group(); g++) {
            for (int c = whole; c < width; c++) {
                for (int t = from; t < to; t++) {
                    mixed[g][c] = Math.fma(weights[g][t - from], values.get(t, column + c), mixed[g][c]);
                }
            }
        }
    }

    private static int rounded(int group) {
        return (group + FourSums.FOUR - 1) / FourSums.FOUR * FourSums.FOUR;
    }

    private static void scale(float[] scores, float factor) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= factor;
        }
    }
}
