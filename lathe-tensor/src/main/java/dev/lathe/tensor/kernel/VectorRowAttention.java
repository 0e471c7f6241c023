package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link RowAttentionKernel} in pieces that threads take one after the other, each some keys of one key head of one text
 * with the query heads that share it. Every piece has a maximum and a sum of its own, and the pieces of a head are put
 * together at the end (Dao et al. 2023, "Flash-Decoding"), so that a single long text keeps all threads busy. A lane is a
 * key where queries and keys are multiplied, and a number of the value afterwards: nothing is summed up across lanes.
 */
record VectorRowAttention(Workers workers) implements RowAttentionKernel {
    private static final int N = Lanes.N;
    private static final int GROUP = 4;
    /** Keys of a piece: some 10 µs. */
    private static final int SPAN = 256;

    @Override
    public int block(Element element) {
        return element == Element.BF16 ? 2 * N : N;
    }

    @Override
    public void attend(Heads heads, Matrix q, List<Text> texts, Matrix out) {
        RowAttentionKernel.requireShapes(heads, q, texts, out);
        List<Piece> pieces = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            Text text = texts.get(row);
            for (int key = 0; key < heads.keyHeads(); key++) {
                int block = (int) text.keys().columns();
                for (int t = heads.firstSeen(text.tokens()) / block * block; t < text.tokens(); t += SPAN) {
                    pieces.add(new Piece(heads, q, row, text, key, t, Math.min(t + SPAN, text.tokens())));
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

    private static void join(Heads heads, List<Piece> pieces, int row, int key, Matrix out) {
        float[] mixed = new float[Lanes.padded(heads.valueDim())];
        for (int g = 0; g < heads.group(); g++) {
            int head = key * heads.group() + g;
            boolean sunk = heads.sinks().length > 0;
            float most = sunk ? heads.sinks()[head] : Float.NEGATIVE_INFINITY;
            for (Piece piece : pieces) {
                most = Math.max(most, piece.most[g]);
            }
            float sum = sunk ? (float) Math.exp(heads.sinks()[head] - most) : 0;
            Arrays.fill(mixed, 0);
            for (Piece piece : pieces) {
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

    /** Keys {@code from} to {@code to}, exclusive, of one key head, and what comes of them for each of its query heads. */
    private static final class Piece {
        private final Heads heads;
        private final Matrix q;
        private final int row;
        private final Text text;
        private final int key;
        private final int from;
        private final int to;
        /** Largest scores, sums of e^(score − largest) and values weighted with those, for each query head. */
        private final float[] most;

        private final float[] sums;
        private final float[][] mixed;
        /** Of four queries the products with a block of keys. */
        private final float[] sixteen = new float[2 * GROUP * N];

        Piece(Heads heads, Matrix q, int row, Text text, int key, int from, int to) {
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
            for (int g = 0; g < group; g += GROUP) {
                for (int t = from; t < to; t += block) {
                    dots(t, block, queries, g, scores);
                }
            }
            for (int g = 0; g < group; g++) {
                finish(scores[g], key * group + g);
            }
            return scores;
        }

        private void dots(int token, int block, float[][] queries, int g, float[][] scores) {
            Matrix keys = text.keys();
            long width = (long) heads.keyHeads() * heads.keyDim();
            long at = keys.offset(token / block * width + (long) key * heads.keyDim(), 0);
            float[] x = queries[g];
            if (keys.element() == Element.BF16) {
                dotsNarrow(keys.data(), at, x, queries[g + 1], queries[g + 2], queries[g + 3], heads.keyDim(), sixteen);
            } else {
                dotsWide(keys.data(), at, x, queries[g + 1], queries[g + 2], queries[g + 3], heads.keyDim(), sixteen);
            }
            for (int i = 0; i < GROUP; i++) {
                if (keys.element() == Element.BF16) {
                    interleave(sixteen, 2 * N * i, scores[g + i], token - from);
                } else {
                    System.arraycopy(sixteen, N * i, scores[g + i], token - from, N);
                }
            }
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
            boolean narrow = values.element() == Element.BF16;
            int block = narrow ? 2 * N : N;
            int whole = width / block * block;
            long column = (long) key * width;
            long step = values.rowStride() * values.element().bytes();
            for (int g = 0; g < weights.length; g++) {
                mixed[g] = Lanes.array(width);
            }
            for (int g = 0; g < weights.length; g += GROUP) {
                for (int c = 0; c < whole; c += block) {
                    long at = values.offset(from, column + c);
                    if (narrow) {
                        mixNarrow(values.data(), at, step, to - from, weights, g, mixed, c);
                    } else {
                        mixWide(values.data(), at, step, to - from, weights, g, mixed, c);
                    }
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
            return (group + GROUP - 1) / GROUP * GROUP;
        }
    }

    private static void mixWide(
            MemorySegment values, long at, long step, int count, float[][] weights, int g, float[][] mixed, int c) {
        float[] w0 = weights[g];
        float[] w1 = weights[g + 1];
        float[] w2 = weights[g + 2];
        float[] w3 = weights[g + 3];
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector d = a;
        FloatVector e = a;
        for (int t = 0; t < count; t++) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, values, at + t * step, Lanes.ORDER);
            a = v.fma(FloatVector.broadcast(Lanes.F, w0[t]), a);
            b = v.fma(FloatVector.broadcast(Lanes.F, w1[t]), b);
            d = v.fma(FloatVector.broadcast(Lanes.F, w2[t]), d);
            e = v.fma(FloatVector.broadcast(Lanes.F, w3[t]), e);
        }
        a.intoArray(mixed[g], c);
        b.intoArray(mixed[g + 1], c);
        d.intoArray(mixed[g + 2], c);
        e.intoArray(mixed[g + 3], c);
    }

    private static void mixNarrow(
            MemorySegment values, long at, long step, int count, float[][] weights, int g, float[][] mixed, int c) {
        float[] w0 = weights[g];
        float[] w1 = weights[g + 1];
        float[] w2 = weights[g + 2];
        float[] w3 = weights[g + 3];
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector a1 = a;
        FloatVector b1 = a;
        FloatVector d1 = a;
        FloatVector e1 = a;
        for (int t = 0; t < count; t++) {
            IntVector u = IntVector.fromMemorySegment(Lanes.I, values, at + t * step, Lanes.ORDER);
            FloatVector even = u.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector odd = u.and(0xFFFF0000).reinterpretAsFloats();
            FloatVector w = FloatVector.broadcast(Lanes.F, w0[t]);
            a = even.fma(w, a);
            a1 = odd.fma(w, a1);
            w = FloatVector.broadcast(Lanes.F, w1[t]);
            b = even.fma(w, b);
            b1 = odd.fma(w, b1);
            w = FloatVector.broadcast(Lanes.F, w2[t]);
            d = even.fma(w, d);
            d1 = odd.fma(w, d1);
            w = FloatVector.broadcast(Lanes.F, w3[t]);
            e = even.fma(w, e);
            e1 = odd.fma(w, e1);
        }
        float[] lanes = new float[2 * N];
        interleave(a, a1, lanes, mixed[g], c);
        interleave(b, b1, lanes, mixed[g + 1], c);
        interleave(d, d1, lanes, mixed[g + 2], c);
        interleave(e, e1, lanes, mixed[g + 3], c);
    }

    private static void interleave(FloatVector even, FloatVector odd, float[] lanes, float[] to, int at) {
        even.intoArray(lanes, 0);
        odd.intoArray(lanes, N);
        interleave(lanes, 0, to, at);
    }

    /** Numbers of even index, then those of odd index, put in order. */
    private static void interleave(float[] lanes, int from, float[] to, int at) {
        for (int i = 0; i < N; i++) {
            to[at + 2 * i] = lanes[from + i];
            to[at + 2 * i + 1] = lanes[from + N + i];
        }
    }

    private static void scale(float[] scores, float factor) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= factor;
        }
    }

    /** Four queries times a block of keys: of each query the keys of even index, then those of odd index. */
    private static void dotsNarrow(
            MemorySegment keys, long at, float[] x0, float[] x1, float[] x2, float[] x3, int width, float[] lanes) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector a1 = a;
        FloatVector b1 = a;
        FloatVector c1 = a;
        FloatVector d1 = a;
        for (int i = 0; i < width; i++) {
            IntVector u = IntVector.fromMemorySegment(Lanes.I, keys, at + 4L * N * i, Lanes.ORDER);
            FloatVector even = u.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector odd = u.and(0xFFFF0000).reinterpretAsFloats();
            FloatVector x = FloatVector.broadcast(Lanes.F, x0[i]);
            a = even.fma(x, a);
            a1 = odd.fma(x, a1);
            x = FloatVector.broadcast(Lanes.F, x1[i]);
            b = even.fma(x, b);
            b1 = odd.fma(x, b1);
            x = FloatVector.broadcast(Lanes.F, x2[i]);
            c = even.fma(x, c);
            c1 = odd.fma(x, c1);
            x = FloatVector.broadcast(Lanes.F, x3[i]);
            d = even.fma(x, d);
            d1 = odd.fma(x, d1);
        }
        a.intoArray(lanes, 0);
        a1.intoArray(lanes, N);
        b.intoArray(lanes, 2 * N);
        b1.intoArray(lanes, 3 * N);
        c.intoArray(lanes, 4 * N);
        c1.intoArray(lanes, 5 * N);
        d.intoArray(lanes, 6 * N);
        d1.intoArray(lanes, 7 * N);
    }

    private static void dotsWide(
            MemorySegment keys, long at, float[] x0, float[] x1, float[] x2, float[] x3, int width, float[] lanes) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < width; i++) {
            FloatVector k = FloatVector.fromMemorySegment(Lanes.F, keys, at + 4L * N * i, Lanes.ORDER);
            a = k.fma(FloatVector.broadcast(Lanes.F, x0[i]), a);
            b = k.fma(FloatVector.broadcast(Lanes.F, x1[i]), b);
            c = k.fma(FloatVector.broadcast(Lanes.F, x2[i]), c);
            d = k.fma(FloatVector.broadcast(Lanes.F, x3[i]), d);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, N);
        c.intoArray(lanes, 2 * N);
        d.intoArray(lanes, 3 * N);
    }
}
