package dev.lathe.model;

/**
 * The tokens one of which comes next, most probable first, of equal ones the lower id first.
 *
 * @param probabilities add up to 1
 */
@SuppressWarnings("ArrayRecordComponent") // made for one draw, never compared
public record Candidates(int[] ids, double[] probabilities) {
    /** @param uniform in [0, 1) */
    int at(double uniform) {
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += probabilities[i];
            if (uniform < sum) {
                return ids[i];
            }
        }
        return ids[0]; // the sum fell short of 1 by rounding
    }
}
