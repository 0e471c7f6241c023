package dev.lathe.model;

import java.util.List;

/**
 * How rotary frequencies are changed to reach beyond the trained context. Formulas as in transformers'
 * {@code modeling_rope_utils}; each record names its paper.
 */
public sealed interface RopeScaling
        permits RopeScaling.None,
                RopeScaling.Still,
                RopeScaling.Linear,
                RopeScaling.Dynamic,
                RopeScaling.Llama3,
                RopeScaling.LongRope,
                Yarn {
    /**
     * @param inverse radians a position for each pair of dimensions
     * @param attentionFactor what sine and cosine are multiplied by
     */
    record Frequencies(double[] inverse, double attentionFactor) {}

    /**
     * @param theta the base
     * @param rotated dimensions of a head that are rotated
     * @param length tokens the frequencies must serve; matters to those that {@linkplain #dependsOnLength depend on it}
     */
    Frequencies frequencies(double theta, int rotated, int length);

    /** Whether a longer text changes the rotation of its first tokens too. */
    default boolean dependsOnLength() {
        return false;
    }

    /** θ^(−2i/d), rounded to float32 as the reference stores it. */
    static double[] plain(double theta, int rotated) {
        double[] inverse = new double[rotated / 2];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) (1 / Math.pow(theta, 2.0 * i / rotated));
        }
        return inverse;
    }

    /** Su et al. 2021, arXiv:2104.09864. */
    record None() implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            return new Frequencies(plain(theta, rotated), 1);
        }
    }

    /** Nothing is rotated: a layer without positions, or a model that knows them in another way. */
    record Still() implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            return new Frequencies(new double[rotated / 2], 1);
        }
    }

    /** Positions divided by a factor (Chen et al. 2023, arXiv:2306.15595). */
    record Linear(double factor) implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            double[] inverse = plain(theta, rotated);
            for (int i = 0; i < inverse.length; i++) {
                inverse[i] /= factor;
            }
            return new Frequencies(inverse, 1);
        }
    }

    /** The base grows with the length beyond {@code maxPositions} ("dynamic NTK"; Peng et al. 2023, arXiv:2309.00071, B.2). */
    record Dynamic(double factor, int maxPositions) implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            double served = Math.max(length, maxPositions);
            double grown =
                    theta * Math.pow(factor * served / maxPositions - (factor - 1), rotated / (double) (rotated - 2));
            return new Frequencies(plain(grown, rotated), 1);
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }
    }

    /** Fast pairs keep their frequency, slow ones are divided, those between are blended (Llama 3.1). */
    record Llama3(double factor, double lowFactor, double highFactor, int originalPositions) implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            double[] inverse = plain(theta, rotated);
            double lowWavelength = originalPositions / lowFactor;
            double highWavelength = originalPositions / highFactor;
            for (int i = 0; i < inverse.length; i++) {
                double wavelength = 2 * Math.PI / inverse[i];
                if (wavelength > lowWavelength) {
                    inverse[i] /= factor;
                } else if (wavelength >= highWavelength) {
                    double smooth = (originalPositions / wavelength - lowFactor) / (highFactor - lowFactor);
                    inverse[i] = (1 - smooth) * inverse[i] / factor + smooth * inverse[i];
                }
            }
            return new Frequencies(inverse, 1);
        }
    }

    /** One factor a pair, from a short or a long list by length (LongRoPE; Ding et al. 2024, arXiv:2402.13753). */
    record LongRope(List<Double> shortFactors, List<Double> longFactors, int originalPositions, double attentionFactor)
            implements RopeScaling {
        @Override
        public Frequencies frequencies(double theta, int rotated, int length) {
            List<Double> factors = length > originalPositions ? longFactors : shortFactors;
            double[] inverse = new double[rotated / 2];
            for (int i = 0; i < inverse.length; i++) {
                inverse[i] = (float) (1 / (factors.get(i) * Math.pow(theta, 2.0 * i / rotated)));
            }
            return new Frequencies(inverse, attentionFactor);
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }
    }
}
