package dev.lathe.model;

import dev.lathe.tensor.Rope;
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
        int[] lengths = new int[positions.length];
        Arrays.fill(lengths, length);
        return tables(positions, lengths).toRope();
    }

    /**
     * The same for tokens of several texts.
     *
     * @param lengths of each token's text
     */
    Tables tables(int[] positions, int[] lengths) {
        int width = rotated / 2;
        float[] cos = new float[positions.length * width];
        float[] sin = new float[cos.length];
        for (int token = 0; token < positions.length; ) {
            int length = lengths[token];
            RopeScaling.Frequencies frequencies = scaling.frequencies(theta, rotated, length);
            for (; token < positions.length && lengths[token] == length; token++) {
                fill(frequencies, positions[token], cos, sin, token * width);
            }
        }
        return new Tables(cos, sin, positions.length, width);
    }

    private static void fill(RopeScaling.Frequencies frequencies, int position, float[] cos, float[] sin, int at) {
        double[] inverse = frequencies.inverse();
        for (int i = 0; i < inverse.length; i++) {
            float angle = (float) inverse[i] * position; // in float32, as the reference multiplies
            cos[at + i] = (float) (Math.cos(angle) * frequencies.attentionFactor());
            sin[at + i] = (float) (Math.sin(angle) * frequencies.attentionFactor());
        }
    }

    /**
     * Cosines and sines by which tokens are rotated.
     *
     * @param cos [tokens, width]; sin the same
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one pass, never compared
    record Tables(float[] cos, float[] sin, int tokens, int width) {
        Rope toRope() {
            return new Rope(Tensors.of(cos, tokens, width), Tensors.of(sin, tokens, width));
        }
    }
}
