package dev.lathe.bench.measure;

import dev.lathe.data.Sample;
import dev.lathe.model.DecoderSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Samples of random tokens with the lengths of a set of short instructions: on average 28 tokens of a question and 144 of
 * an answer, half of the answers shorter than 94. What the tokens are changes nothing about the time they take.
 */
final class GeneratedSamples {
    /**
     * The 1,090 samples of identity and alpaca_en_demo under the template chatml, from the shortest to the longest in
     * steps of a twentieth; the longest pulled in so that straight lines in between have the right mean.
     */
    private static final int[] QUESTION = {
        10, 16, 17, 18, 19, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 31, 34, 36, 41, 51, 95
    };

    private static final int[] ANSWER = {
        3, 10, 13, 17, 22, 29, 38, 52, 65, 78, 94, 114, 140, 169, 200, 243, 277, 313, 357, 392, 562
    };

    private GeneratedSamples() {}

    /** @param cutoff tokens of the longest sample allowed: at least 2 */
    static List<Sample> of(DecoderSpec spec, int cutoff, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> sample(random, spec.vocabulary(), cutoff))
                .toList();
    }

    private static Sample sample(SplittableRandom random, int vocabulary, int cutoff) {
        int question = Math.min(length(QUESTION, random.nextDouble()), cutoff - 1);
        int answer = Math.min(length(ANSWER, random.nextDouble()), cutoff - question);
        int[] ids = random.ints(question + answer, 0, vocabulary).toArray();
        int[] labels = ids.clone();
        Arrays.fill(labels, 0, question, Sample.IGNORED);
        return Sample.row(ids, labels);
    }

    /** The length below which a share of all lie, on straight lines between those known. */
    private static int length(int[] lengths, double share) {
        double place = share * (lengths.length - 1);
        int below = (int) place;
        return (int) Math.round(lengths[below] + (place - below) * (lengths[below + 1] - lengths[below]));
    }
}
