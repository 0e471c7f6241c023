package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * One step of Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101) in one pass: 16 bytes read
 * and 12 written a number, 2 fewer read where the gradient is narrow. In the order of operations of torch's AdamW:
 *
 * <pre>
 * gradient = gradient · scale
 * mean   += (gradient - mean) · (1 - beta1)
 * square  = square · beta2 + (1 - beta2) · gradient · gradient
 * master  = master · (1 - learningRate · weightDecay)
 *         - stepSize · mean / (√square · (1 / correction) + ε)
 * </pre>
 */
public interface AdamWKernel {
    /**
     * The factors above, each computed in float64 and rounded once, as libtorch takes a scalar.
     *
     * @param towardsGradient 1 - beta1
     * @param squareDecay beta2
     * @param squareWeight 1 - beta2
     * @param rootScale 1 / √(1 - beta2^step)
     * @param masterDecay 1 - learningRate · weightDecay
     * @param stepSize learningRate / (1 - beta1^step)
     * @param scale what the gradient is multiplied by first: 1, or less where it is clipped
     */
    record Factors(
            float towardsGradient,
            float squareDecay,
            float squareWeight,
            float rootScale,
            float epsilon,
            float masterDecay,
            float stepSize,
            float scale) {
        /** @param step counted from 1 */
        public static Factors of(
                double beta1,
                double beta2,
                double epsilon,
                double weightDecay,
                double learningRate,
                long step,
                double scale) {
            double correction = Math.sqrt(1 - Math.pow(beta2, step));
            return new Factors(
                    (float) (1 - beta1),
                    (float) beta2,
                    (float) (1 - beta2),
                    (float) (1 / correction),
                    (float) epsilon,
                    (float) (1 - learningRate * weightDecay),
                    (float) (learningRate / (1 - Math.pow(beta1, step))),
                    (float) scale);
        }
    }

    /**
     * Vectors of one length: the first is read and written, so are the two states; the gradient is read. All F32, but the
     * gradient may be BF16.
     */
    record States(MemorySegment master, MemorySegment gradient, MemorySegment mean, MemorySegment square) {
        /** @throws IllegalArgumentException when the lengths differ */
        public States {
            long bytes = master.byteSize();
            boolean fits = gradient.byteSize() == bytes || 2 * gradient.byteSize() == bytes;
            if (!fits || mean.byteSize() != bytes || square.byteSize() != bytes) {
                throw new IllegalArgumentException("states of " + bytes + ", " + gradient.byteSize() + ", "
                        + mean.byteSize() + " and " + square.byteSize() + " bytes");
            }
        }

        /** Numbers in each. */
        public long count() {
            return master.byteSize() / Float.BYTES;
        }

        Element gradientType() {
            return gradient.byteSize() == master.byteSize() ? Element.F32 : Element.BF16;
        }
    }

    void step(States states, Factors factors);

    /** As above, and writes the new master to {@code compute}, BF16 of the same length, in the same pass. */
    void step(States states, Factors factors, MemorySegment compute);
}
