package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link CrossEntropyKernel} in plain Java. */
record ScalarCrossEntropy(Workers workers) implements CrossEntropyKernel {
    @Override
    public void gradient(Matrix logits, MemorySegment targets, float scale, Matrix dLogits, MemorySegment losses) {
        dLogits.requireShapeOf(logits);
        RowParts.of(logits.rows(), logits.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                int target = CrossEntropyKernel.target(targets, r, logits);
                double lse = logSumExp(logits, r);
                losses.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, r * Double.BYTES, lse - logits.get(r, target));
                for (int c = 0; c < logits.width(); c++) {
                    double p = Math.exp(logits.get(r, c) - lse);
                    dLogits.set(r, c, (float) (c == target ? p - 1 : p) * scale);
                }
            }
        });
    }

    @Override
    public void measure(Matrix logits, MemorySegment targets, MemorySegment lse, MemorySegment targetLogits) {
        RowParts.of(logits.rows(), logits.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                Floats.set(targetLogits, r, logits.get(r, CrossEntropyKernel.target(targets, r, logits)));
                Floats.set(lse, r, (float) logSumExp(logits, r));
            }
        });
    }

    private static double logSumExp(Matrix logits, long row) {
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < logits.width(); c++) {
            most = Math.max(most, logits.get(row, c));
        }
        double sum = 0;
        for (int c = 0; c < logits.width(); c++) {
            sum += Math.exp(logits.get(row, c) - most);
        }
        return most + Math.log(sum);
    }
}
