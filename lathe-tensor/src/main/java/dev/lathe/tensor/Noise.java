package dev.lathe.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Randomness of one step. Every token draws from its own stream, named by (seed, step, sample, position), so that the
 * draw is the same however the samples are packed, recomputed or spread over ranks.
 *
 * @param samples index of each token's sample in the step, [tokens]
 * @param positions the token's place in its sample, [tokens]
 */
public record Noise(long seed, long step, int[] samples, int[] positions) {
    /** So many numbers of a mask exist in float32 at a time. */
    private static final int CHUNK = 1 << 18;

    /**
     * What dropout multiplies by: 0 with probability p, else 1 / (1 − p).
     *
     * @param name tells layers apart
     * @return [tokens, width]
     */
    public Tensor dropout(String name, double p, int width, DType dtype) {
        Tensor mask = Tensors.empty(dtype, samples.length, width);
        int rows = Math.max(1, CHUNK / width);
        for (int from = 0; from < samples.length; from += rows) {
            int count = Math.min(rows, samples.length - from);
            try (Scope scope = Scope.open()) {
                Tensor chunk = Tensors.empty(DType.F32, count, width);
                fill(chunk.data(), from, count, name.hashCode(), p, width);
                mask.narrow(0, from, count).copyFrom(chunk);
            }
        }
        return mask;
    }

    private void fill(MemorySegment mask, int from, int count, int layer, double p, int width) {
        int threshold = (int) Math.min(Integer.MAX_VALUE, (long) (p * (1L << 31)));
        float kept = (float) (1 / (1 - p));
        int[] words = new int[4];
        for (int token = from; token < from + count; token++) {
            long row = (long) (token - from) * width;
            for (int column = 0; column < width; column += 4) {
                Philox.block(
                        column / 4,
                        positions[token],
                        samples[token],
                        layer,
                        (int) (seed ^ (seed >>> 32)),
                        (int) step,
                        words,
                        0);
                for (int i = 0; i < 4 && column + i < width; i++) {
                    mask.setAtIndex(ValueLayout.JAVA_FLOAT, row + column + i, (words[i] >>> 1) < threshold ? 0 : kept);
                }
            }
        }
    }
}
