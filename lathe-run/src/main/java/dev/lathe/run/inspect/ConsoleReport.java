package dev.lathe.run.inspect;

import java.io.PrintStream;
import java.util.List;

/**
 * The report and samples on a console.
 *
 * @param colour whether the console shows colours
 * @param width its columns
 */
public record ConsoleReport(Facts facts, boolean colour, int width) {
    private static final int NARROWEST = 40;
    private static final int GLANCE = 14;

    /** What the data are, and one sample at a glance. */
    public void show(PrintStream out) {
        new ReportText(facts, style(), columns()).lines().forEach(out::println);
        samples(out, List.of(0), GLANCE);
    }

    /** The same, with these samples in full. */
    public void show(PrintStream out, List<Integer> samples) {
        new ReportText(facts, style(), columns()).lines().forEach(out::println);
        samples(out, samples, Integer.MAX_VALUE);
    }

    private void samples(PrintStream out, List<Integer> samples, int most) {
        SampleText text = new SampleText(facts.tokenizer(), style(), columns());
        for (int sample : samples) {
            out.println();
            text.of(facts.train(), sample, most).forEach(out::println);
        }
        out.flush();
    }

    private Style style() {
        return new Style(colour);
    }

    private int columns() {
        return Math.max(NARROWEST, width);
    }
}
