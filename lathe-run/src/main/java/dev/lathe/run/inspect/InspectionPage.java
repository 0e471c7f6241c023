package dev.lathe.run.inspect;

import dev.lathe.data.inspect.Finding;
import dev.lathe.data.inspect.Lengths;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The report as one page that needs nothing else: the numbers, what looks wrong, lengths, and samples with every token in a
 * box. Text of the data is escaped; the page holds no script.
 *
 * @param chosen samples that somebody asked for
 */
public record InspectionPage(Facts facts, List<Integer> chosen) {
    private static final int BINS = 30;
    private static final int FIRST = 5;
    private static final int MOST = 40;
    private static final int WIDE = 880;
    private static final int HIGH = 180;

    public InspectionPage {
        chosen = List.copyOf(chosen);
    }

    /** The page. */
    public String html() {
        ReportText report = new ReportText(facts, new Style(false), WIDE);
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>%1$s</title><style>
                %2$s</style></head><body>
                <h1>%1$s</h1>
                %3$s%4$s%5$s%6$s%7$s%8$s
                <footer>Written by lathe data</footer></body></html>
                """.formatted(
                        Html.visible(facts.title()),
                        style(),
                        summary(report),
                        findings(),
                        histogram(),
                        cutoff(report),
                        facts.inspection().sources().size() > 1 ? table("Data sets", report.sourceTable()) : "",
                        samples());
    }

    private String cutoff(ReportText report) {
        return facts.inspection()
                .cutoff()
                .map(advice -> table("What cutoff_len does", report.cutoffTable(advice)) + "<p class=\"dim\">"
                        + Html.escaped(report.advice(advice)) + "</p>")
                .orElse("");
    }

    private static String summary(ReportText report) {
        return report.summary().stream()
                .map(line -> "<dt>%s</dt><dd>%s</dd>".formatted(Html.escaped(line.name()), Html.escaped(line.text())))
                .collect(Collectors.joining("\n", "<dl>", "</dl>\n"));
    }

    private String findings() {
        if (facts.findings().isEmpty()) {
            return "<p class=\"fine\">Nothing found that should not be there.</p>\n";
        }
        StringBuilder page = new StringBuilder("<h2>Worth a look</h2><ul class=\"findings\">\n");
        for (Finding finding : facts.findings()) {
            page.append("<li class=\"%s\"><b>%s</b>"
                    .formatted(finding.weight().name().toLowerCase(Locale.ROOT), Html.visible(finding.what())));
            finding.advice().forEach(line -> page.append("<br>").append(Html.visible(line)));
            if (!finding.places().isEmpty()) {
                page.append("<br><span class=\"dim\">")
                        .append(finding.places().stream()
                                .map(InspectionPage::link)
                                .collect(Collectors.joining(", ")))
                        .append("</span>");
            }
            page.append("</li>\n");
        }
        return page.append("</ul>\n").toString();
    }

    private static String link(Finding.Place place) {
        String name = Html.escaped(ReportText.place(place));
        return place.sample() < 0 ? name : "<a href=\"#sample-%d\">%s</a>".formatted(place.sample(), name);
    }

    private String histogram() {
        List<Lengths.Bin> bins = facts.inspection().rows().bins(BINS);
        int most = bins.stream().mapToInt(Lengths.Bin::rows).max().orElse(1);
        double wide = (double) WIDE / Math.max(1, bins.size());
        StringBuilder page = new StringBuilder(
                "<h2>Tokens of a row</h2><svg viewBox=\"0 0 %d %d\" role=\"img\">".formatted(WIDE, HIGH + 40));
        for (int i = 0; i < bins.size(); i++) {
            Lengths.Bin bin = bins.get(i);
            double high = (double) bin.rows() / Math.max(1, most) * HIGH;
            boolean cut = facts.isCut(bin.from());
            page.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%,d to %,d tokens: %,d rows</title></rect>",
                    cut ? "cut" : "whole",
                    i * wide + 1,
                    HIGH + 14 - high,
                    Math.max(1, wide - 2),
                    bin.rows() == 0 ? 0 : Math.max(1, high),
                    bin.from(),
                    bin.to() - 1,
                    bin.rows()));
            if (bin.rows() == most) {
                page.append(String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%,d</text>",
                        (i + 0.5) * wide,
                        HIGH + 10 - high,
                        bin.rows()));
            }
            if (i % Math.max(1, bins.size() / 10) == 0) {
                page.append(String.format(
                        Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%,d</text>", i * wide + 1, HIGH + 32, bin.from()));
            }
        }
        return page.append("</svg>\n").toString();
    }

    private static String table(String title, Columns columns) {
        StringBuilder page = new StringBuilder("<h2>%s</h2><table>".formatted(Html.escaped(title)));
        List<List<String>> rows = columns.cells();
        for (List<String> row : rows) {
            String cell = row == rows.getFirst() ? "th" : "td";
            page.append("<tr>");
            row.forEach(text -> page.append("<%s>%s</%s>".formatted(cell, Html.escaped(text), cell)));
            page.append("</tr>\n");
        }
        return page.append("</table>\n").toString();
    }

    private String samples() {
        Map<Integer, String> shown = new LinkedHashMap<>();
        chosen.forEach(sample -> shown.put(sample, ""));
        for (Finding finding : facts.findings()) {
            for (Finding.Place place : finding.places()) {
                if (place.sample() >= 0 && shown.size() < MOST) {
                    shown.putIfAbsent(place.sample(), finding.label());
                }
            }
        }
        for (int i = 0; i < Math.min(FIRST, facts.train().samples().size()); i++) {
            shown.putIfAbsent(i, "");
        }
        PageSample page = new PageSample(facts.tokenizer());
        int first = shown.keySet().iterator().next();
        return shown.entrySet().stream()
                .map(each -> page.of(
                        facts.train(),
                        each.getKey(),
                        each.getValue(),
                        each.getKey() == first || chosen.contains(each.getKey())))
                .collect(Collectors.joining(
                        "",
                        "<h2>Samples</h2><p class=\"legend\"><input type=\"checkbox\" id=\"ids\"><label for=\"ids\">ids</label>"
                                + " <i class=\"t\">trained</i> <i class=\"m\">not trained</i></p><div class=\"samples\">\n",
                        "</div>\n"));
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(InspectionPage.class.getResourceAsStream("inspection.css"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
