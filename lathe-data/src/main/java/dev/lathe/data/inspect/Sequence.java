package dev.lathe.data.inspect;

import dev.lathe.data.Example;
import dev.lathe.data.Feedback;
import dev.lathe.data.Pair;
import dev.lathe.data.Prompt;
import dev.lathe.data.Sample;
import java.util.Arrays;
import java.util.List;

/**
 * One run of tokens as the model sees it, with what it is in its sample.
 *
 * @param name empty for a sample that is one sequence; otherwise {@code chosen}, {@code rejected}, {@code answer},
 *     {@code mismatched}, {@code prompt}
 * @param learnt whether its labels are learnt from
 */
public record Sequence(String name, Sample sample, boolean learnt) {
    /** The sequences of a sample. A prompt is followed by the answer that the data have, which nothing is learnt from. */
    public static List<Sequence> of(Example example) {
        return switch (example) {
            case Sample sample -> List.of(new Sequence("", sample, true));
            case Pair(Sample chosen, Sample rejected) ->
                List.of(new Sequence("chosen", chosen, true), new Sequence("rejected", rejected, true));
            case Feedback(Sample answer, Sample mismatched, boolean desirable) ->
                List.of(
                        new Sequence(desirable ? "answer, desirable" : "answer, undesirable", answer, true),
                        new Sequence("mismatched, for the KL term", mismatched, false));
            case Prompt(int[] inputIds, int[] answer) ->
                List.of(
                        new Sequence("prompt", unlabelled(inputIds), false),
                        new Sequence("the data's own answer, not used", unlabelled(answer), false));
        };
    }

    private static Sample unlabelled(int[] ids) {
        int[] labels = new int[ids.length];
        Arrays.fill(labels, Sample.IGNORED);
        return Sample.row(ids, labels);
    }
}
