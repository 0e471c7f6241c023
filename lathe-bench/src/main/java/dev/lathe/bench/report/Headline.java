package dev.lathe.bench.report;

/** The numbers that a measurement is remembered by; all stand in the section {@value #SECTION}. */
public enum Headline {
    SPEED("real tokens a second"),
    SHARE("share of what is possible"),
    MEMORY("peak resident memory");

    public static final String SECTION = "result";

    private final String words;

    Headline(String words) {
        this.words = words;
    }

    /** The metric's name. */
    public String words() {
        return words;
    }

    public Metric of(double value, Unit unit) {
        return new Metric(words, value, unit);
    }
}
