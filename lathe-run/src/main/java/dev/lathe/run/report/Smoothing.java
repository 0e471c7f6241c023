package dev.lathe.run.report;

/** LLaMA-Factory's smoothing of a curve: an exponential mean whose weight grows with the curve's length. */
final class Smoothing {
    private Smoothing() {}

    /** Each value mixed with the smoothed one before it; the first stays. Weight: 1.8 (sigmoid(n / 20) - 1/2). */
    static double[] of(double[] values) {
        double weight = 1.8 * (1 / (1 + Math.exp(-0.05 * values.length)) - 0.5);
        double[] smoothed = values.clone();
        for (int i = 1; i < values.length; i++) {
            smoothed[i] = weight * smoothed[i - 1] + (1 - weight) * values[i];
        }
        return smoothed;
    }
}
