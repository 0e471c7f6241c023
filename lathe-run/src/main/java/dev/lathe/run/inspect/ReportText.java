package dev.lathe.run.inspect;

import dev.lathe.data.DataReport;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.inspect.CutoffAdvice;
import dev.lathe.data.inspect.Finding;
import dev.lathe.data.inspect.Inspection;
import dev.lathe.data.inspect.Lengths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The report for a terminal.
 *
 * @param width columns, at least 40
 */
record ReportText(Facts facts, Style style, int width) {
    private static final int BINS = 18;
    private static final int LONGEST_BAR = 44;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    /** A fact with its name. */
    record Line(String name, String text) {}

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(TokenText.visible(facts.title())));
        lines.add("");
        summary().forEach(line -> lines.add("  " + style.dim("%-16s".formatted(line.name())) + line.text()));
        if (facts.inspection().sources().size() > 1) {
            lines.add("");
            lines.addAll(sourceTable().lines(style));
        }
        histogram(lines);
        facts.inspection().cutoff().ifPresent(advice -> {
            lines.add("");
            lines.addAll(cutoffTable(advice).lines(style));
            wrapped(advice(advice), width - 2).forEach(line -> lines.add("  " + line));
        });
        findings(lines);
        return lines;
    }

    List<Line> summary() {
        List<Line> lines = new ArrayList<>();
        DataReport report = facts.inspection().report();
        Lengths rows = facts.inspection().rows();
        add(lines, "rows", "%,d read, %,d kept%s", report.rows(), report.kept(), report.cut() == 0 ? ", none cut" : "");
        facts.inspection()
                .dropped()
                .forEach((reason, places) -> add(
                        lines,
                        "dropped",
                        "%,d: %s (%s)",
                        report.dropped().getOrDefault(reason, 0L),
                        reason.words(),
                        places(places, report.dropped().getOrDefault(reason, 0L))));
        if (report.cut() > 0) {
            String rowsLose = report.cut() == 1 ? "row loses" : "rows lose";
            add(lines, "cut", "%,d %s %,d tokens to cutoff_len", report.cut(), rowsLose, report.tokensCut());
        }
        if (report.tokensLeftOver() > 0) {
            add(lines, "left over", "%,d tokens that fill no block", report.tokensLeftOver());
        }
        String efficiency = facts.grouped()
                ? String.format(
                        Locale.ROOT,
                        ", %.1f %% full",
                        100.0
                                * report.tokens()
                                / (report.samples() * (double) facts.settings().effectiveCutoffLen()))
                : "";
        add(lines, facts.unit(), "%,d%s", report.samples(), efficiency);
        if (!facts.inspection().judged().isEmpty()) {
            add(
                    lines,
                    "tags",
                    "%,d good, %,d bad",
                    facts.inspection().judged().getFirst(),
                    facts.inspection().judged().getLast());
        }
        add(lines, "tokens", "%,d an epoch%s", report.tokens(), trained(report));
        add(
                lines,
                "row length",
                "%,d to %,d tokens; mean %,.0f, median %,d, 90 %% within %,d, 99 %% within %,d",
                rows.shortest(),
                rows.longest(),
                rows.mean(),
                rows.percentile(50),
                rows.percentile(90),
                rows.percentile(99));
        facts.steps().ifPresent(steps -> steps(lines, steps));
        for (PreparedSet set : facts.evaluation()) {
            DataReport held = set.report();
            add(
                    lines,
                    "evaluation",
                    "%s%,d rows, %,d kept, %,d tokens",
                    set.name().map(name -> TokenText.visible(name) + ": ").orElse(""),
                    held.rows(),
                    held.kept(),
                    held.tokens());
        }
        return lines;
    }

    private String trained(DataReport report) {
        return switch (facts.settings().stage()) {
            case PPO -> "";
            case KTO, PT, SFT, RM, DPO ->
                String.format(
                        Locale.ROOT,
                        ", %,d of them trained (%.1f %%)",
                        report.supervised(),
                        100.0 * report.supervised() / Math.max(1, report.tokens()));
        };
    }

    private void steps(List<Line> lines, Facts.Steps steps) {
        add(
                lines,
                "steps",
                "%,d an epoch of %d × %d %s, %,d in %s epochs",
                steps.perEpoch(),
                steps.microBatch(),
                steps.accumulation(),
                facts.unit(),
                steps.total(),
                new java.math.BigDecimal(String.format(Locale.ROOT, "%.2f", steps.epochs()))
                        .stripTrailingZeros()
                        .toPlainString());
        if (steps.padding() > 0) {
            add(lines, "padding", "none (padded batches would be %.0f %% padding)", 100 * steps.padding());
        }
    }

    Columns sourceTable() {
        List<Inspection.Source> sources = facts.inspection().sources();
        long all = sources.stream().mapToLong(Inspection.Source::tokens).sum();
        Columns table = new Columns("data set", "rows", "kept", "tokens", "share");
        sources.forEach(source -> table.row(
                TokenText.visible(source.name()),
                count(source.rows()),
                count(source.kept()),
                count(source.tokens()),
                percent((double) source.tokens() / Math.max(1, all))));
        return table;
    }

    private void histogram(List<String> lines) {
        List<Lengths.Bin> bins = facts.inspection().rows().bins(BINS);
        int most = bins.stream().mapToInt(Lengths.Bin::rows).max().orElse(0);
        int number = count(facts.inspection().rows().longest()).length();
        int room = Math.clamp(width - 2L * number - 20, 8, LONGEST_BAR);
        lines.add("");
        lines.add(style.bold("Tokens of a row")
                + style.dim(facts.inspection().cutoff().isPresent() ? " (before cutting)" : ""));
        for (Lengths.Bin bin : bins) {
            double share = most == 0 ? 0 : (double) bin.rows() / most;
            boolean cut = facts.isCut(bin.from());
            String drawn = bar(share, room, bin.rows() > 0);
            lines.add("%s – %s  %s %s"
                    .formatted(
                            pad(count(bin.from()), number + 2),
                            pad(count(bin.to() - 1), number),
                            cut ? style.warning(drawn) : style.trained(drawn),
                            bin.rows() == 0 ? "" : count(bin.rows()))
                    .stripTrailing());
        }
    }

    private static String bar(double share, int room, boolean any) {
        int eighths = (int) Math.round(share * room * 8);
        if (eighths == 0 && any) {
            eighths = 1;
        }
        String rest = eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1);
        return "█".repeat(eighths / 8) + rest;
    }

    Columns cutoffTable(CutoffAdvice advice) {
        boolean packs =
                advice.options().stream().anyMatch(option -> option.packing().isPresent());
        Columns table = packs
                ? new Columns("cutoff_len", "rows cut", "tokens lost", "packs", "full")
                : new Columns("cutoff_len", "rows cut", "tokens lost");
        for (CutoffAdvice.Option option : advice.options()) {
            String mark = option.cutoffLen() == facts.settings().cutoffLen()
                    ? " now"
                    : option.cutoffLen() == advice.proposal() ? " proposed" : "";
            List<String> row = new ArrayList<>(
                    List.of(count(option.cutoffLen()) + mark, count(option.cut()), count(option.lost())));
            if (packs) {
                row.add(option.packing().map(packing -> count(packing.packs())).orElse(""));
                row.add(option.packing()
                        .map(packing -> percent(packing.efficiency()))
                        .orElse(""));
            }
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    String advice(CutoffAdvice advice) {
        Lengths rows = facts.inspection().rows();
        String keeps = "cutoff_len: %d leaves 99 of 100 rows whole".formatted(advice.proposal());
        if (facts.settings().effectiveCutoffLen() >= rows.longest()) {
            return keeps + "; now all are. A lower one saves memory in the longest step and nothing else: nothing is"
                    + " padded.";
        }
        return keeps + ", cutoff_len: %d all.".formatted(CutoffAdvice.enoughFor(rows));
    }

    private void findings(List<String> lines) {
        lines.add("");
        if (facts.findings().isEmpty()) {
            lines.add(style.trained("Nothing found that should not be there."));
            return;
        }
        lines.add(style.bold("Worth a look"));
        for (Finding finding : facts.findings()) {
            boolean warning = finding.weight() == Finding.Weight.WARNING;
            String mark = warning ? style.warning("!") : style.note("·");
            String text = TokenText.visible(finding.what());
            List<String> said = wrapped(text, width - 4);
            lines.add("  " + mark + " " + (warning ? style.bold(said.getFirst()) : said.getFirst()));
            said.subList(1, said.size()).forEach(more -> lines.add("    " + more));
            if (!finding.places().isEmpty()) {
                wrapped(finding.places().stream().map(ReportText::place).collect(Collectors.joining(", ")), width - 4)
                        .forEach(more -> lines.add(style.dim("    " + more)));
            }
            finding.advice().stream()
                    .flatMap(advice -> wrapped(TokenText.visible(advice), width - 4).stream())
                    .forEach(more -> lines.add("    " + more));
        }
    }

    private static List<String> wrapped(String text, int room) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > room) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        if (!line.isEmpty()) {
            lines.add(line.toString());
        }
        return lines.isEmpty() ? List.of() : lines;
    }

    static String place(Finding.Place place) {
        String like = place.like().isEmpty() ? "" : " (like " + place.like() + ")";
        return TokenText.visible(place + like);
    }

    private static String places(List<Finding.Place> places, long count) {
        return places.stream().map(ReportText::place).collect(Collectors.joining(", "))
                + (count > places.size() ? ", …" : "");
    }

    private static void add(List<Line> lines, String name, String what, Object... numbers) {
        lines.add(new Line(name, String.format(Locale.ROOT, what, numbers)));
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String pad(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
