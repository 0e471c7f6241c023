package dev.lathe.data.inspect;

import dev.lathe.data.DataReport;
import dev.lathe.data.DataSettings;
import dev.lathe.data.DropReason;
import dev.lathe.data.Example;
import dev.lathe.data.Feedback;
import dev.lathe.data.Pair;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.Sample;
import dev.lathe.data.inspect.Finding.Place;
import dev.lathe.text.ChatEncoder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Goes through all samples of a run once and says what is in them.
 *
 * @param report what became of the rows
 * @param sources what each data set gives
 * @param rows lengths of rows before they were cut
 * @param cutoff what {@code cutoff_len} does; empty for running text in blocks, which is cut wherever a block ends
 * @param dropped the first rows that were dropped for each reason
 * @param judged how many answers are good, and how many are not; empty but for stage kto
 * @param findings what to know before training, the worst first
 */
public record Inspection(
        DataReport report,
        List<Source> sources,
        Lengths rows,
        Optional<CutoffAdvice> cutoff,
        Map<DropReason, List<Place>> dropped,
        List<Long> judged,
        List<Finding> findings) {
    private static final int SHOWN = 4;

    /**
     * A data set's part.
     *
     * @param rows rows that take part
     * @param kept those that are used
     * @param tokens their tokens before they were cut
     */
    public record Source(String name, long rows, long kept, long tokens) {}

    /** Goes through {@code train}, and through {@code evaluation} for rows that are in both. */
    public static Inspection of(
            PreparedSet train, List<PreparedSet> evaluation, DataSettings settings, ChatEncoder encoder) {
        return new Scan(train, settings, Reading.of(encoder)).run(evaluation);
    }

    /** One going through. */
    private static final class Scan {
        private final PreparedSet train;
        private final DataSettings settings;
        private final RowChecks rows;
        private final PairChecks pairs;
        private final Set<Place> lost = new HashSet<>();
        private long good;
        private long bad;

        Scan(PreparedSet train, DataSettings settings, Reading reading) {
            this.train = train;
            this.settings = settings;
            this.rows = new RowChecks(reading, settings.trainOnPrompt());
            this.pairs = new PairChecks(reading);
        }

        Inspection run(List<PreparedSet> evaluation) {
            Map<DropReason, List<Place>> dropped = new EnumMap<>(DropReason.class);
            Map<String, Source> sources = new LinkedHashMap<>();
            int[] whole = new int[train.rows()];
            for (int i = 0; i < train.rows(); i++) {
                PreparedSet.Fate fate = train.fate(i);
                whole[i] = fate.whole();
                Place place = new Place(fate.source(), fate.row(), -1);
                fate.dropped().ifPresent(reason -> {
                    List<Place> places = dropped.computeIfAbsent(reason, key -> new ArrayList<>());
                    if (places.size() < SHOWN) {
                        places.add(place);
                    }
                });
                if (fate.lost() > 0) {
                    lost.add(place);
                }
                boolean kept = fate.dropped().isEmpty();
                sources.merge(
                        fate.source(),
                        new Source(fate.source(), 1, kept ? 1 : 0, fate.whole()),
                        (a, b) -> new Source(
                                a.name(), a.rows() + b.rows(), a.kept() + b.kept(), a.tokens() + b.tokens()));
            }
            int size = train.samples().size();
            for (int i = 0; i < size; i++) {
                look(i, train.samples().get(i));
            }
            int[] kept = IntStream.of(whole).filter(length -> length > 0).toArray();
            return new Inspection(
                    train.report(),
                    List.copyOf(sources.values()),
                    new Lengths(IntStream.of(kept)),
                    settings.stage() == DataSettings.Stage.PT && settings.packs()
                            ? Optional.empty()
                            : Optional.of(CutoffAdvice.of(kept, settings)),
                    dropped,
                    settings.stage() == DataSettings.Stage.KTO ? List.of(good, bad) : List.of(),
                    findings(evaluation));
        }

        private void look(int index, Example example) {
            List<PreparedSet.Part> parts = train.parts(index);
            Place place = place(parts.getFirst(), index);
            boolean cut = lost.contains(new Place(place.source(), place.row(), -1));
            switch (example) {
                case Pair pair -> pairs.add(pair, place, cut);
                case Feedback(Sample answer, Sample mismatched, boolean desirable) -> {
                    good += desirable ? 1 : 0;
                    bad += desirable ? 0 : 1;
                    rows.add(new RowRun(answer.inputIds(), answer.labels()), place, cut);
                }
                case Sample sample -> {
                    if (settings.stage() == DataSettings.Stage.SFT) {
                        split(sample, parts).forEach(own -> {
                            Place at = place(own.part(), index);
                            rows.add(own.run(), at, lost.contains(new Place(at.source(), at.row(), -1)));
                        });
                    }
                }
                case dev.lathe.data.Prompt prompt -> {
                    // nothing in a prompt is trained
                }
            }
        }

        private List<Finding> findings(List<PreparedSet> evaluation) {
            List<Finding> found = new ArrayList<>();
            switch (settings.stage()) {
                case SFT -> {
                    found.addAll(rows.findings());
                    leaks(evaluation, found);
                }
                case KTO -> {
                    found.addAll(rows.findings());
                    balance(found);
                }
                case RM, DPO -> found.addAll(pairs.findings());
                case PT, PPO -> {
                    // running text has neither questions nor answers
                }
            }
            found.sort((a, b) -> a.weight().compareTo(b.weight()));
            return List.copyOf(found);
        }

        private void leaks(List<PreparedSet> evaluation, List<Finding> found) {
            Tally leaked = new Tally();
            for (PreparedSet set : evaluation) {
                for (int i = 0; i < set.samples().size(); i++) {
                    if (set.samples().get(i) instanceof Sample sample) {
                        split(sample, set.parts(i)).forEach(own -> {
                            if (rows.knows(own.run())) {
                                leaked.add(place(own.part(), -1));
                            }
                        });
                    }
                }
            }
            leaked.report(
                    found,
                    Finding.Weight.WARNING,
                    "also evaluated on",
                    "row",
                    "%s of the evaluation data also trained on",
                    "the evaluation loss will look better than it is");
        }

        private void balance(List<Finding> found) {
            if (good == 0 || bad == 0) {
                found.add(Finding.warning(
                        "All answers are %s".formatted(bad == 0 ? "good" : "bad"),
                        "KTO learns from the difference: add %s answers".formatted(bad == 0 ? "bad" : "good")));
            } else if (good > 2 * bad || bad > 2 * good) {
                boolean more = good > bad;
                found.add(Finding.note(
                        String.format(Locale.ROOT, "%,d good answers and %,d bad ones", good, bad),
                        String.format(
                                Locale.ROOT,
                                "weigh the rarer kind higher: %s: %.1f",
                                more ? "kto_rejected_weight" : "kto_chosen_weight",
                                more ? (double) good / bad : (double) bad / good)));
            }
        }

        private static Place place(PreparedSet.Part part, int sample) {
            return new Place(part.source(), part.row(), sample);
        }

        /** A row in a sample. */
        private record Own(PreparedSet.Part part, RowRun run) {}

        /** A sample's rows, each with its own tokens. */
        private static List<Own> split(Sample sample, List<PreparedSet.Part> parts) {
            RowRun all = new RowRun(sample.inputIds(), sample.labels());
            List<Own> rows = new ArrayList<>();
            int at = 0;
            for (PreparedSet.Part part : parts) {
                rows.add(new Own(part, all.slice(at, at + part.tokens())));
                at += part.tokens();
            }
            return rows;
        }
    }
}
