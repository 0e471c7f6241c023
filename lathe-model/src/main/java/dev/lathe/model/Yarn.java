package dev.lathe.model;

/**
 * Each pair of dimensions is interpolated by how many turns it makes within the trained context, and attention is
 * sharpened by a factor (YaRN; Peng et al. 2023, arXiv:2309.00071).
 *
 * @param betaFast turns above which a pair keeps its frequency
 * @param betaSlow turns below which a pair is fully divided by {@code factor}
 * @param truncate whether the borders of the blended range are rounded to whole pairs
 */
public record Yarn(
        double factor,
        int originalPositions,
        double attentionFactor,
        double betaFast,
        double betaSlow,
        boolean truncate)
        implements RopeScaling {
    @Override
    public Frequencies frequencies(double theta, int rotated, int length) {
        double low = pairWithTurns(betaFast, theta, rotated);
        double high = pairWithTurns(betaSlow, theta, rotated);
        if (truncate) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rotated - 1);
        double width = low == high ? 0.001 : high - low;
        double[] inverse = new double[rotated / 2];
        for (int i = 0; i < inverse.length; i++) {
            double kept = 1 - Math.clamp((i - low) / width, 0, 1);
            double frequency = 1 / Math.pow(theta, 2.0 * i / rotated);
            inverse[i] = (float) (frequency / factor * (1 - kept) + frequency * kept);
        }
        return new Frequencies(inverse, attentionFactor);
    }

    /** Index of the pair that turns {@code turns} times within the trained context, as a real number. */
    private double pairWithTurns(double turns, double theta, int rotated) {
        return rotated * Math.log(originalPositions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    /** 0.1 · scale · ln(factor) + 1, the paper's attention temperature. */
    static double temperature(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }
}
