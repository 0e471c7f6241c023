package dev.lathe.data.inspect;

import dev.lathe.data.inspect.Finding.Place;
import dev.lathe.data.inspect.Finding.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is looked for in every row of questions and answers. */
final class RowChecks {
    private final Reading reading;
    private final boolean promptTrained;
    private final Tally masked = new Tally();
    private final Tally cutShort = new Tally();
    private final Tally unended = new Tally();
    private final Tally endedEarly = new Tally();
    private final Tally empty = new Tally();
    private final Tally begunTwice = new Tally();
    private final Tally unknown = new Tally();
    private final Tally copies = new Tally();
    private final Tally contradicted = new Tally();
    private final Map<Long, Place> seen = new HashMap<>();
    private final Set<Long> questions = new HashSet<>();
    private long rows;

    RowChecks(Reading reading, boolean promptTrained) {
        this.reading = reading;
        this.promptTrained = promptTrained;
    }

    /** @param lost whether the row was cut */
    void add(RowRun row, Place place, boolean lost) {
        rows++;
        List<int[]> answers = row.answers();
        if (answers.isEmpty()) {
            masked.add(place);
        } else if (!reading.ends(row.between(answers.getLast()))) {
            (lost ? cutShort : unended).add(place);
        }
        if (!promptTrained) {
            if (answers.stream().anyMatch(run -> reading.isEmpty(row.between(run)))) {
                empty.add(place);
            }
            if (answers.stream().anyMatch(run -> reading.endsEarly(row.between(run)))) {
                endedEarly.add(place);
            }
        }
        if (reading.beginsTwice(row.ids())) {
            begunTwice.add(place);
        }
        long strange = reading.unknown(row.ids());
        if (strange > 0) {
            unknown.add(place, strange);
        }
        if (seen.putIfAbsent(row.fingerprint(), place) != null) {
            copies.add(place);
        } else if (!questions.add(row.questionFingerprint()) && !promptTrained) {
            contradicted.add(place);
        }
    }

    /** Whether an equal row was added. */
    boolean knows(RowRun row) {
        return seen.containsKey(row.fingerprint());
    }

    List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        warn(
                found,
                masked,
                "%s without a single trained token",
                "the question alone fills cutoff_len, or the answer is empty: raise cutoff_len, or leave these rows out");
        warn(
                found,
                unended,
                unended.count() == rows ? "No answer ends with an end token (%s)" : "%s whose answer has no end token",
                "the model would not learn to stop; choose the template that belongs to the model");
        warn(
                found,
                cutShort,
                "%s cut off in the middle of the answer",
                "they teach the model not to stop there; raise cutoff_len");
        warn(found, empty, "%s with an empty answer", "the model learns to say nothing; leave them out");
        warn(
                found,
                endedEarly,
                "%s with an end token inside the answer",
                "a special token is written out in the data's text and ends the answer there");
        warn(
                found,
                begunTwice,
                "%s that begin twice",
                "the data's text repeats the begin-of-text token that the template writes");
        if (unknown.count() > 0) {
            found.add(new Finding(
                    Weight.WARNING,
                    "%,d tokens are unknown to the tokenizer".formatted(unknown.count()),
                    "characters that it cannot write are lost; choose another model, or clean the text",
                    unknown.places()));
        }
        note(found, copies, "%s a copy of an earlier one", "copies count twice, and are learnt by heart sooner");
        note(found, contradicted, "%s asking what an earlier one asked, with another answer", "");
        return found;
    }

    private static void warn(List<Finding> found, Tally tally, String what, String advice) {
        add(found, Weight.WARNING, tally, what, advice);
    }

    private static void note(List<Finding> found, Tally tally, String what, String advice) {
        add(found, Weight.NOTE, tally, what, advice);
    }

    private static void add(List<Finding> found, Weight weight, Tally tally, String what, String advice) {
        if (tally.count() > 0) {
            String rows = "%,d %s".formatted(tally.count(), tally.count() == 1 ? "row" : "rows");
            found.add(new Finding(weight, what.formatted(rows), advice, tally.places()));
        }
    }
}
