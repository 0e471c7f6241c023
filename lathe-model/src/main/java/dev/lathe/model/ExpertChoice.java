package dev.lathe.model;

import java.util.Arrays;

/**
 * The experts with the largest scores; where experts stand in groups, only within the best groups (DeepSeek-AI 2024,
 * arXiv:2405.04434, 2.2.2).
 *
 * @param groups the experts fall into; 1 for none
 * @param activeGroups how many of them a token may choose from
 * @param byPairs whether a group is as good as its two best experts together, instead of its best one
 */
public record ExpertChoice(int groups, int activeGroups, boolean byPairs) {
    /** From all experts. */
    static ExpertChoice plain() {
        return new ExpertChoice(1, 1, false);
    }

    /**
     * @param scores [tokens, experts]; of equal ones the first wins
     * @param bias added to the scores for choosing; empty for nothing
     * @return [tokens, active], best first
     */
    int[] choose(float[] scores, float[] bias, int experts, int active) {
        int tokens = scores.length / experts;
        int[] chosen = new int[tokens * active];
        float[] row = new float[experts];
        for (int token = 0; token < tokens; token++) {
            for (int e = 0; e < experts; e++) {
                row[e] = scores[token * experts + e] + (bias.length == 0 ? 0 : bias[e]);
            }
            if (groups > 1) {
                closeGroups(row);
            }
            for (int i = 0; i < active; i++) {
                int best = largest(row, 0, experts);
                chosen[token * active + i] = best;
                row[best] = Float.NEGATIVE_INFINITY;
            }
        }
        return chosen;
    }

    /** Experts of groups that were not chosen get the score 0, as in the reference. */
    private void closeGroups(float[] row) {
        int size = row.length / groups;
        float[] group = new float[groups];
        for (int g = 0; g < groups; g++) {
            int best = largest(row, g * size, size);
            group[g] = row[best];
            if (byPairs) {
                float second = Float.NEGATIVE_INFINITY;
                for (int e = g * size; e < (g + 1) * size; e++) {
                    second = e == best ? second : Math.max(second, row[e]);
                }
                group[g] += second;
            }
        }
        boolean[] open = new boolean[groups];
        for (int i = 0; i < activeGroups; i++) {
            int best = largest(group, 0, groups);
            open[best] = true;
            group[best] = Float.NEGATIVE_INFINITY;
        }
        for (int g = 0; g < groups; g++) {
            if (!open[g]) {
                Arrays.fill(row, g * size, (g + 1) * size, 0);
            }
        }
    }

    private static int largest(float[] values, int from, int count) {
        int best = from;
        for (int i = from + 1; i < from + count; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
