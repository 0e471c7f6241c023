package dev.lathe.tensor;

/**
 * Randomness of one step. Every token draws from its own stream, named by (seed, step, sample, position), so that the
 * draw is the same however the samples are packed, recomputed or spread over ranks.
 *
 * @param samples index of each token's sample in the step, [tokens]
 * @param positions the token's place in its sample, [tokens]
 */
public record Noise(long seed, long step, int[] samples, int[] positions) {
    /**
     * What dropout multiplies by: 0 with probability p, else 1 / (1 − p).
     *
     * @param name tells layers apart
     * @return [tokens, width]
     */
    public Tensor dropout(String name, double p, int width, DType dtype) {
        int layer = name.hashCode();
        int threshold = (int) Math.min(Integer.MAX_VALUE, (long) (p * (1L << 31)));
        float kept = (float) (1 / (1 - p));
        float[] mask = new float[samples.length * width];
        int[] words = new int[4];
        for (int token = 0; token < samples.length; token++) {
            int row = token * width;
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
                    mask[row + column + i] = (words[i] >>> 1) < threshold ? 0 : kept;
                }
            }
        }
        return Tensors.of(mask, samples.length, width).to(dtype);
    }
}
