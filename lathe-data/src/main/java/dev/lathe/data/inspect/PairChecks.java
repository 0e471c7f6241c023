package dev.lathe.data.inspect;

import dev.lathe.data.Pair;
import dev.lathe.data.inspect.Finding.Place;
import dev.lathe.data.inspect.Finding.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is looked for in pairs of answers. */
final class PairChecks {
    /** From here on a model can lower its loss by length alone (Park 2024, arXiv:2403.19159). */
    private static final double LOPSIDED = 1.25;

    private final Reading reading;
    private final Tally equal = new Tally();
    private final Tally cutShort = new Tally();
    private final Tally empty = new Tally();
    private final Tally masked = new Tally();
    private long chosen;
    private long rejected;

    PairChecks(Reading reading) {
        this.reading = reading;
    }

    void add(Pair pair, Place place, boolean lost) {
        chosen += pair.chosen().supervised();
        rejected += pair.rejected().supervised();
        if (Arrays.equals(pair.chosen().inputIds(), pair.rejected().inputIds())) {
            equal.add(place);
        }
        List<RowRun> both = List.of(
                new RowRun(pair.chosen().inputIds(), pair.chosen().labels()),
                new RowRun(pair.rejected().inputIds(), pair.rejected().labels()));
        List<int[]> answers = both.stream()
                .flatMap(side -> side.answers().stream().map(side::between))
                .toList();
        if (answers.size() < 2) {
            masked.add(place);
        }
        if (answers.stream().anyMatch(reading::isEmpty)) {
            empty.add(place);
        }
        if (lost && answers.stream().anyMatch(answer -> !reading.ends(answer))) {
            cutShort.add(place);
        }
    }

    List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        equal.report(
                found,
                Weight.WARNING,
                "equal answers",
                "pair",
                "%s of equal answers",
                "nothing can be learnt from them; cutoff_len may have cut off what differed");
        masked.report(
                found,
                Weight.WARNING,
                "nothing trained",
                "pair",
                "%s with an answer of no token",
                "the question alone fills cutoff_len: raise it");
        cutShort.report(
                found,
                Weight.WARNING,
                "cut in the answer",
                "pair",
                "%s cut off in the middle of an answer",
                "a long answer loses its end, a short one does not, and that is learnt too; raise cutoff_len");
        empty.report(found, Weight.NOTE, "empty answer", "pair", "%s with an empty answer", "");
        double ratio = (double) chosen / Math.max(1, rejected);
        if (ratio > LOPSIDED || ratio < 1 / LOPSIDED) {
            found.add(Finding.note(
                    String.format(Locale.ROOT, "Chosen answers have %.2f times the tokens of rejected ones", ratio),
                    "the model may learn to be %s rather than better".formatted(ratio > 1 ? "long" : "short")));
        }
        return found;
    }
}
