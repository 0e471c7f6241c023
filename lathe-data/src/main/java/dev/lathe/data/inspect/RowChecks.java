package dev.lathe.data.inspect;

import dev.lathe.data.inspect.Finding.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is looked for in every row of questions and answers. */
final class RowChecks {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{ ?[A-Za-z_]\\w{0,30} ?}}");

    /** So many rows are read as text; the rest is looked at as tokens, which is quicker. */
    private static final int READ = 5000;

    private final Reading reading;
    private final boolean promptTrained;
    private final Tally masked = new Tally();
    private final Tally cutShort = new Tally();
    private final Tally unended = new Tally();
    private final Tally endedEarly = new Tally();
    private final Tally empty = new Tally();
    private final Tally unfilled = new Tally();
    private final Tally begunTwice = new Tally();
    private final Tally unknown = new Tally();
    private final Tally copies = new Tally();
    private final Tally contradicted = new Tally();
    private final Map<Long, Place> seen = new HashMap<>();
    private final Map<Long, Place> questions = new HashMap<>();
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
        Optional<Place> twin = Optional.ofNullable(seen.putIfAbsent(row.fingerprint(), place));
        if (twin.isPresent()) {
            copies.add(place.comparedWith(twin.get()));
        } else if (!promptTrained) {
            Optional.ofNullable(questions.putIfAbsent(row.questionFingerprint(), place))
                    .ifPresent(earlier -> contradicted.add(place.comparedWith(earlier)));
        }
        if (rows <= READ
                && reading.mayHaveBraces(row.ids())
                && PLACEHOLDER.matcher(reading.text(row.ids())).find()) {
            unfilled.add(place);
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
                "nothing trained",
                "%s without a single trained token",
                "the question alone fills cutoff_len, or the answer is empty: raise cutoff_len, or leave them out");
        warn(
                found,
                unended,
                "no end",
                unended.count() == rows ? "No answer ends with an end token (%s)" : "%s whose last answer does not end",
                "the model would not learn to stop; choose the template that belongs to the model");
        warn(
                found,
                cutShort,
                "cut in the answer",
                "%s cut off in the middle of an answer",
                "the end of the answer, and where to stop, is not learnt from them; raise cutoff_len");
        warn(
                found,
                empty,
                "empty answer",
                "%s with an empty answer",
                "the model learns to say nothing; leave them out");
        warn(
                found,
                unfilled,
                "placeholder",
                "%s with a placeholder like {{name}} in the text",
                "it is learnt as it stands; put in what it stands for");
        warn(
                found,
                endedEarly,
                "end inside the answer",
                "%s with an end token inside an answer",
                "a special token is written out in the data's text and ends the answer there");
        warn(
                found,
                begunTwice,
                "begins twice",
                "%s beginning twice",
                "the data's text repeats the begin-of-text token that the template writes");
        unknown.report(
                found,
                Finding.Weight.WARNING,
                "unknown token",
                "token",
                "%s unknown to the tokenizer",
                "characters that it cannot write are lost; choose another model, or clean the text");
        note(found, copies, "copy", "%s equal to an earlier one", "copies count twice, and are sooner learnt by heart");
        note(found, contradicted, "other answer", "%s with the question of an earlier one, but another answer", "");
        return found;
    }

    private static void warn(List<Finding> found, Tally tally, String label, String what, String advice) {
        tally.report(found, Finding.Weight.WARNING, label, "row", what, advice);
    }

    private static void note(List<Finding> found, Tally tally, String label, String what, String advice) {
        tally.report(found, Finding.Weight.NOTE, label, "row", what, advice);
    }
}
