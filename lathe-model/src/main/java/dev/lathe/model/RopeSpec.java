package dev.lathe.model;

import dev.lathe.tensor.Rope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.Arrays;

/**
 * Rotary embedding of a model.
 *
 * @param theta base of the frequencies
 * @param rotated how many dimensions of a head are rotated
 */
public record RopeSpec(double theta, int rotated, RopeScaling scaling) {
    /** Whether tokens are rotated alike in texts of both lengths. */
    public boolean rotatesAlike(int length, int other) {
        return length == other
                || !scaling.dependsOnLength()
                || Arrays.equals(
                        scaling.frequencies(theta, rotated, length).inverse(),
                        scaling.frequencies(theta, rotated, other).inverse());
    }

    /**
     * Tables for tokens at {@code positions}.
     *
     * @param length tokens of the longest text among them, padding included where the reference would pad
     */
    public Rope at(int[] positions, int length) {
        RopeScaling.Frequencies frequencies = scaling.frequencies(theta, rotated, length);
        double[] inverse = frequencies.inverse();
        float[] cos = new float[positions.length * inverse.length];
        float[] sin = new float[cos.length];
        for (int token = 0; token < positions.length; token++) {
            for (int i = 0; i < inverse.length; i++) {
                float angle = (float) inverse[i] * positions[token]; // in float32, as the reference multiplies
                cos[token * inverse.length + i] = (float) (Math.cos(angle) * frequencies.attentionFactor());
                sin[token * inverse.length + i] = (float) (Math.sin(angle) * frequencies.attentionFactor());
            }
        }
        Tensor cosines = Tensors.of(cos, positions.length, inverse.length);
        return new Rope(cosines, Tensors.of(sin, positions.length, inverse.length));
    }
}
