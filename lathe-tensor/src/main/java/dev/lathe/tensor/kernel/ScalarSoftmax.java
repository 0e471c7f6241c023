package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** {@link SoftmaxKernel} in plain Java. */
record ScalarSoftmax(Workers workers) implements SoftmaxKernel {
    @Override
    public void forward(Matrix scores, CausalRows causal, float scale, Matrix probabilities, MemorySegment lse) {
        probabilities.requireShapeOf(scores);
        Floats.require(lse, scores.rows());
        RowParts.of(scores.rows(), scores.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                int seen = causal.visible(r, scores.columns());
                float most = Float.NEGATIVE_INFINITY;
                for (int c = 0; c < seen; c++) {
                    most = Math.max(most, scores.get(r, c));
                }
                double sum = 0;
                for (int c = 0; c < seen; c++) {
                    sum += Math.exp(scale * (scores.get(r, c) - most));
                }
                Floats.set(lse, r, scale * most + (float) Math.log(sum));
                for (int c = 0; c < seen; c++) {
                    probabilities.set(r, c, (float) (Math.exp(scale * (scores.get(r, c) - most)) / sum));
                }
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
        RowParts.of(scores.rows(), scores.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                int seen = causal.visible(r, scores.columns());
                double[] p = new double[seen];
                double along = 0;
                for (int c = 0; c < seen; c++) {
                    p[c] = Math.exp(scale * scores.get(r, c) - Floats.get(lse, r));
                    along += p[c] * dProbabilities.get(r, c);
                }
                for (int c = 0; c < seen; c++) {
                    double d = dProbabilities.get(r, c) - along;
                    probabilities.set(r, c, (float) p[c]);
                    dScores.set(r, c, (float) (scale * p[c] * d));
                }
                probabilities.clear(r, seen);
                dScores.clear(r, seen);
            }
        });
    }
}
