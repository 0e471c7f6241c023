package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link CrossEntropyKernel} with one exponential a logit: each stretch of a row is taken relative to the largest logit
 * so far (Milakov and Gimelshein 2018, arXiv:1805.02867), and the exponentials stay in the second cache until the sum
 * is known.
 */
record VectorCrossEntropy(Workers workers) implements CrossEntropyKernel {
    private static final int N = Lanes.N;
    /** Columns at a time, in the first cache. */
    private static final int STRETCH = 2048;
    /** Rows that share one array of exponentials, or clearing it would cost as much as filling it. */
    private static final int ROWS = 8;

    @Override
    public void gradient(Matrix logits, MemorySegment targets, float scale, Matrix dLogits, MemorySegment losses) {
        dLogits.requireShapeOf(logits);
        parts(logits).run(workers, (part, first, last) -> {
            Row row = new Row(logits.width());
            for (long r = first; r < last; r++) {
                int target = CrossEntropyKernel.target(targets, r, logits);
                float targetLogit = logits.get(r, target); // before it is overwritten
                double lse = row.read(logits, r);
                losses.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, r * Double.BYTES, lse - targetLogit);
                row.writeGradient(dLogits, r, target, scale, lse);
            }
        });
    }

    @Override
    public void measure(Matrix logits, MemorySegment targets, MemorySegment lse, MemorySegment targetLogits) {
        parts(logits).run(workers, (part, first, last) -> {
            Row row = new Row(logits.width());
            for (long r = first; r < last; r++) {
                Floats.set(targetLogits, r, logits.get(r, CrossEntropyKernel.target(targets, r, logits)));
                Floats.set(lse, r, (float) row.read(logits, r));
            }
        });
    }

    private static RowParts parts(Matrix logits) {
        return RowParts.atLeast(ROWS, logits.rows(), logits.columns());
    }

    private static final class Row {
        private final int width;
        private final float[] exps;
        private final float[] stretch;
        /** What each stretch's exponentials are relative to. */
        private final float[] shifts;

        Row(int width) {
            this.width = width;
            this.exps = Lanes.array(width);
            this.stretch = Lanes.array(Math.min(STRETCH, width));
            this.shifts = new float[Math.ceilDiv(width, STRETCH)];
        }

        /** Fills the exponentials; returns the logarithm of their sum. */
        double read(Matrix logits, long row) {
            float most = Float.NEGATIVE_INFINITY;
            double sum = 0;
            for (int k = 0; k < shifts.length; k++) {
                int from = k * STRETCH;
                int count = Math.min(STRETCH, width - from);
                float next = Math.max(most, read(logits, row, from, count));
                // Where there was nothing but -∞ so far, numbers relative to it would be none.
                boolean nothing = next == Float.NEGATIVE_INFINITY;
                sum *= nothing ? 1 : Math.exp(most - next);
                sum += Exp.apply(stretch, 1, nothing ? 0 : next, exps, from, count);
                shifts[k] = next;
                most = next;
            }
            return most + Math.log(sum);
        }

        /** Fills the stretch; returns its largest number. */
        private float read(Matrix logits, long row, int from, int count) {
            if (Lanes.whole(count, logits) == count) {
                return NarrowSoftmax.most(logits.data(), logits.offset(row, from), count, stretch);
            }
            Lanes.read(logits, row, from, count, stretch);
            Arrays.fill(stretch, count, Lanes.padded(count), Float.NEGATIVE_INFINITY);
            return VectorSoftmax.most(stretch, count);
        }

        void writeGradient(Matrix dLogits, long row, int target, float scale, double lse) {
            for (int k = 0; k < shifts.length; k++) {
                int from = k * STRETCH;
                int count = Math.min(STRETCH, width - from);
                float factor = (float) (Math.exp(shifts[k] - lse) * scale);
                if (Lanes.whole(count, dLogits) == count) {
                    NarrowSoftmax.write(exps, from, factor, count, dLogits.data(), dLogits.offset(row, from));
                } else {
                    multiply(exps, from, stretch, count, factor);
                    Lanes.write(stretch, dLogits, row, from, count);
                }
                if (target >= from && target < from + count) {
                    dLogits.set(row, target, exps[target] * factor - scale);
                }
            }
        }

        private static void multiply(float[] from, int start, float[] to, int count, float factor) {
            for (int i = 0; i < count; i += N) {
                FloatVector.fromArray(Lanes.F, from, start + i).mul(factor).intoArray(to, i);
            }
        }
    }
}
