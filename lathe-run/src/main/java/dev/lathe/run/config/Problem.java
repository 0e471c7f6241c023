package dev.lathe.run.config;

import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One thing that is wrong with a configuration.
 *
 * @param shown what was written, such as {@code cutoff_len: 0}; only the key when it is missing
 */
record Problem(Origin origin, String shown, String message) {
    private static final int MOST_SHOWN = 60;

    /** Everything that is wrong, in the order of the file, then of the command line, then what is missing. */
    static UserError report(String name, String verb, List<Problem> problems) {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::rank));
        int digits = sorted.stream()
                .mapToInt(problem -> String.valueOf(problem.line()).length())
                .max()
                .orElse(1);
        int place = sorted.stream()
                .mapToInt(problem -> problem.place(digits).length())
                .max()
                .orElse(0);
        int shown = sorted.stream()
                .mapToInt(problem -> problem.cut().length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder("%s cannot %s:".formatted(name, verb));
        for (Problem problem : sorted) {
            text.append("\n  ")
                    .append(pad(problem.place(digits), place))
                    .append("  ")
                    .append(pad(problem.cut(), shown))
                    .append("  ")
                    .append(problem.message);
        }
        return new UserError(text.toString());
    }

    private String place(int digits) {
        return switch (origin) {
            case Origin.Line line ->
                "line " + " ".repeat(digits - String.valueOf(line.line()).length()) + line.line();
            case Origin.Argument ignored -> "argument";
            case Origin.Default ignored -> "missing";
            case Origin.Derived ignored -> "follows";
        };
    }

    private int line() {
        return origin instanceof Origin.Line line ? line.line() : 0;
    }

    private int rank() {
        return switch (origin) {
            case Origin.Line line -> line.line();
            case Origin.Argument ignored -> Integer.MAX_VALUE - 2;
            case Origin.Derived ignored -> Integer.MAX_VALUE - 1;
            case Origin.Default ignored -> Integer.MAX_VALUE;
        };
    }

    private String cut() {
        String line = shown.replaceAll("\\s+", " ");
        return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN - 3) + "...";
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
