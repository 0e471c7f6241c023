package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link SoftmaxKernel} a row at a time, by {@link NarrowSoftmax} where that can be. */
record VectorSoftmax(Workers workers) implements SoftmaxKernel {
    private static final int N = Lanes.N;

    @Override
    public void forward(Matrix scores, CausalRows causal, float scale, Matrix probabilities, MemorySegment lse) {
        probabilities.requireShapeOf(scores);
        Floats.require(lse, scores.rows());
        boolean narrow = NarrowSoftmax.fits(scores, probabilities);
        RowParts.of(scores.rows(), scores.columns()).run(workers, (part, first, last) -> {
            if (narrow) {
                NarrowSoftmax.forward(scores, causal, scale, probabilities, lse, first, last);
                return;
            }
            float[] row = Lanes.array(scores.width());
            for (long r = first; r < last; r++) {
                int seen = causal.visible(r, scores.columns());
                Lanes.read(scores, r, 0, seen, row);
                Arrays.fill(row, seen, Lanes.padded(seen), Float.NEGATIVE_INFINITY); // e to that is 0
                float most = scale * most(row, seen);
                float sum = Exp.apply(row, scale, most, row, 0, seen);
                Floats.set(lse, r, most + (float) Math.log(sum));
                multiply(row, seen, 1 / sum);
                Lanes.write(row, probabilities, r, 0, seen);
                probabilities.clear(r, seen);
            }
        });
    }

    @Override
    public void backward(
            Matrix scores,
            CausalRows causal,
            float scale,
            MemorySegment lse,
            Matrix dProbabilities,
            Matrix probabilities,
            Matrix dScores) {
        dProbabilities.requireShapeOf(scores);
        probabilities.requireShapeOf(scores);
        dScores.requireShapeOf(scores);
        Floats.require(lse, scores.rows());
        boolean narrow = NarrowSoftmax.fits(scores, dProbabilities, probabilities, dScores);
        RowParts.of(scores.rows(), scores.columns()).run(workers, (part, first, last) -> {
            if (narrow) {
                NarrowSoftmax.backward(scores, causal, scale, lse, dProbabilities, probabilities, dScores, first, last);
                return;
            }
            float[] p = Lanes.array(scores.width());
            float[] d = Lanes.array(scores.width());
            for (long r = first; r < last; r++) {
                int seen = causal.visible(r, scores.columns());
                Lanes.read(scores, r, 0, seen, p);
                Lanes.read(dProbabilities, r, 0, seen, d);
                Arrays.fill(p, seen, Lanes.padded(seen), Float.NEGATIVE_INFINITY);
                Exp.apply(p, scale, Floats.get(lse, r), p, 0, seen);
                backward(p, d, seen, dot(p, d, seen), scale);
                Lanes.write(p, probabilities, r, 0, seen);
                Lanes.write(d, dScores, r, 0, seen);
                probabilities.clear(r, seen);
                dScores.clear(r, seen);
            }
        });
    }

    /** The largest of whole vectors' worth of {@code count} numbers; NaN is passed over, the sum will show it. */
    static float most(float[] row, int count) {
        FloatVector most = FloatVector.broadcast(Lanes.F, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i += N) {
            FloatVector v = FloatVector.fromArray(Lanes.F, row, i);
            most = most.blend(v, v.compare(VectorOperators.GT, most));
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    private static void multiply(float[] row, int count, float factor) {
        for (int i = 0; i < count; i += N) {
            FloatVector.fromArray(Lanes.F, row, i).mul(factor).intoArray(row, i);
        }
    }

    private static float dot(float[] p, float[] d, int count) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < count; i += N) {
            sum = FloatVector.fromArray(Lanes.F, p, i).fma(FloatVector.fromArray(Lanes.F, d, i), sum);
        }
        return Lanes.sum(sum.toArray());
    }

    /** dP becomes dS. */
    private static void backward(float[] p, float[] d, int count, float along, float scale) {
        for (int i = 0; i < count; i += N) {
            FloatVector.fromArray(Lanes.F, d, i)
                    .sub(along)
                    .mul(FloatVector.fromArray(Lanes.F, p, i))
                    .mul(scale)
                    .intoArray(d, i);
        }
    }
}
