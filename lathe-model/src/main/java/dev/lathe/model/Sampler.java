package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.tensor.Philox;
import java.util.Arrays;
import java.util.BitSet;

/** Chooses the next token: repetition penalty, temperature, top-k and top-p in the order of transformers, then a draw. */
public final class Sampler {
    private static final int STREAM = 0x67656E65; // keeps these draws apart from others of the same seed

    private final Sampling sampling;

    public Sampler(Sampling sampling) {
        this.sampling = sampling;
    }

    /**
     * @param logits [vocabulary]
     * @param seen ids that the text has already
     * @param position of the token to be chosen: the same question at the same position gets the same answer
     */
    public int choose(float[] logits, BitSet seen, int position) {
        return sampling.isGreedy()
                ? best(penalised(logits, seen))
                : candidates(logits, seen).at(uniform(position));
    }

    /** What a draw would be from: the ids that are kept, with their probabilities. */
    public Candidates candidates(float[] logits, BitSet seen) {
        float[] scores = penalised(logits, seen);
        best(scores);
        int[] ids = kept(scores);
        double[] weights = new double[ids.length];
        for (int i = 0; i < ids.length; i++) {
            weights[i] = Math.exp(((double) scores[ids[i]] - scores[ids[0]]) / sampling.temperature());
        }
        int count = nucleus(weights);
        double total = sum(weights, count);
        double[] probabilities = new double[count];
        for (int i = 0; i < count; i++) {
            probabilities[i] = weights[i] / total;
        }
        return new Candidates(Arrays.copyOf(ids, count), probabilities);
    }

    private float[] penalised(float[] logits, BitSet seen) {
        float penalty = (float) sampling.repetitionPenalty();
        if (penalty == 1) {
            return logits;
        }
        float[] scores = logits.clone();
        seen.stream()
                .takeWhile(id -> id < scores.length)
                .forEach(id -> scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty);
        return scores;
    }

    /** The id of the largest score; of equal ones the lowest. */
    private static int best(float[] scores) {
        int best = 0;
        for (int id = 1; id < scores.length; id++) {
            if (scores[id] > scores[best] || Float.isNaN(scores[best])) {
                best = id;
            }
        }
        if (!Float.isFinite(scores[best])) {
            throw new UserError(
                    "the model gives no token a finite score (the largest is %s): its weights or its adapter"
                                    .formatted(scores[best])
                            + " are damaged, or its numbers overflow in fp16; try bf16 or fp32");
        }
        return best;
    }

    /** Ids that top-k leaves, largest score first, of equal ones the lower id first. */
    private int[] kept(float[] scores) {
        boolean all = sampling.topK() == 0 || sampling.topK() >= scores.length;
        float least = all ? Float.NEGATIVE_INFINITY : largest(scores, sampling.topK());
        long[] keys = new long[scores.length];
        int count = 0;
        for (int id = 0; id < scores.length; id++) {
            if (scores[id] >= least) {
                keys[count++] = ((long) ~ordered(scores[id]) << Integer.SIZE) | id;
            }
        }
        Arrays.sort(keys, 0, count);
        return Arrays.stream(keys, 0, count).mapToInt(key -> (int) key).toArray();
    }

    /** An integer that is larger where the score is; equal for both zeros. */
    private static int ordered(float score) {
        int bits = Float.floatToIntBits(score + 0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** The score that {@code rank} scores reach, itself one of them. */
    private static float largest(float[] scores, int rank) {
        float[] top = new float[rank]; // ascending
        Arrays.fill(top, Float.NEGATIVE_INFINITY);
        for (float score : scores) {
            if (score > top[0]) {
                int found = Arrays.binarySearch(top, score);
                int at = (found < 0 ? -found - 1 : found) - 1;
                System.arraycopy(top, 1, top, 0, at);
                top[at] = score;
            }
        }
        return top[0];
    }

    /** How many of the weights top-p leaves: from the smallest on, those drop out that add up to 1 − p or less. */
    private int nucleus(double[] weights) {
        int count = weights.length;
        if (sampling.topP() == 1) {
            return count;
        }
        double dropped = (1 - sampling.topP()) * sum(weights, count);
        double tail = weights[count - 1];
        while (count > 1 && tail <= dropped) {
            count--;
            tail += weights[count - 1];
        }
        return count;
    }

    private static double sum(double[] weights, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        return sum;
    }

    /** In [0, 1), by seed and position alone. */
    private double uniform(int position) {
        int[] words = new int[4];
        long seed = sampling.seed();
        Philox.block(position, 0, 0, STREAM, (int) seed, (int) (seed >>> Integer.SIZE), words, 0);
        long bits = ((long) words[0] << Integer.SIZE) | Integer.toUnsignedLong(words[1]);
        return (bits >>> 11) * 0x1p-53;
    }
}
