package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * −log softmax(logits)[target] by rows, with its gradient. Float32 between reading and writing; logits are read once and
 * written once.
 */
public interface CrossEntropyKernel {
    /**
     * dLogits = scale · (softmax(logits) − 1[target]).
     *
     * @param logits [rows, vocab], {@code vocab} at least 1
     * @param targets int64 [rows]
     * @param dLogits the same shape as logits, and may be {@code logits}
     * @param losses F64 [rows], written, not scaled
     * @throws IndexOutOfBoundsException when a target is no column; rows of other parts may be written by then
     */
    void gradient(Matrix logits, MemorySegment targets, float scale, Matrix dLogits, MemorySegment losses);

    /**
     * The two numbers a row's loss is the difference of.
     *
     * @param lse F32 [rows], written: log of the sum of e^logit
     * @param targetLogits F32 [rows], written
     * @throws IndexOutOfBoundsException as above
     */
    void measure(Matrix logits, MemorySegment targets, MemorySegment lse, MemorySegment targetLogits);

    /** The target of a row. */
    static int target(MemorySegment targets, long row, Matrix logits) {
        long target = targets.get(ValueLayout.JAVA_LONG_UNALIGNED, row * Long.BYTES);
        if (target < 0 || target >= logits.columns()) {
            throw new IndexOutOfBoundsException(
                    "target " + target + " of row " + row + " in a vocabulary of " + logits.columns());
        }
        return (int) target;
    }
}
