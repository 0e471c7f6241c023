package dev.lathe.bench.measure;

/**
 * A matrix product of a training step.
 *
 * @param rows tokens (or supervised tokens) that go through it at once
 */
record Product(Direction direction, long rows, long in, long out) {
    /** Which of a linear layer's three products it is. */
    enum Direction {
        /** y = x Wᵀ. */
        FORWARD,
        /** dx = dy W. */
        INPUT_GRADIENT,
        /** dW = dyᵀ x. */
        WEIGHT_GRADIENT
    }

    /** Multiplications and additions. */
    double operations() {
        return 2.0 * rows * in * out;
    }
}
