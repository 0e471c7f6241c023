package dev.lathe.model;

import java.util.List;

/**
 * How tokens look at each other.
 *
 * @param keyHeads heads of keys and values, each shared by {@code heads / keyHeads} query heads
 * @param scale what q·k is multiplied by
 * @param cap scores are bent to stay below it; 0 for not
 * @param windows how many tokens each layer's queries see, themselves included; 0 for all
 * @param qkvBias whether query, key and value projections have a bias; outputBias the same of the output
 * @param qkNorm whether queries and keys are normed
 * @param alibi what the costs of distance are multiplied by where they stand in for rotation; 0 for none
 */
public record AttentionSpec(
        int heads,
        int keyHeads,
        int headDim,
        double scale,
        double cap,
        List<Integer> windows,
        boolean qkvBias,
        boolean outputBias,
        boolean qkNorm,
        double alibi) {
    /** What distance costs each head: falling powers of two (Press et al. 2021). Empty without alibi. */
    double[] slopes() {
        if (alibi == 0) {
            return new double[0];
        }
        int whole = Integer.highestOneBit(heads);
        double[] slopes = new double[heads];
        for (int i = 0; i < heads; i++) {
            slopes[i] = i < whole
                    ? alibi * Math.pow(2, -8.0 * (i + 1) / whole)
                    : alibi * Math.pow(2, -8.0 * (2 * (i - whole) + 1) / (2 * whole));
        }
        return slopes;
    }
}
