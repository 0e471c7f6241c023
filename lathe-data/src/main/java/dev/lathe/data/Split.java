package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code split} of a data set, in the words of Hugging Face's datasets library: {@code train}, {@code train+test},
 * {@code train[:10%]}, {@code train[:500]+train[-500:]}.
 *
 * @param where names the entry in errors
 * @param written as it was written
 * @param names of the splits, each once
 * @param slices the rows that are wanted, one slice after the other; empty for all
 */
record Split(String where, String written, List<String> names, List<Slice> slices) {
    private static final Pattern PART = Pattern.compile("([\\w.-]+)"
            + "(\\[(?:(?<from>-?\\d{1,9})(?<fromPercent>%)?)?:(?:(?<to>-?\\d{1,9})(?<toPercent>%)?)?\\])?"
            + "(?:\\((?<rounding>closest|pct1_dropremainder)\\))?");

    /**
     * Rows from one on, up to another: numbers, or hundredths if {@code percent}; negative ones count from the end.
     *
     * @param wholeHundredths whether a hundredth is a whole number of rows, and what is left over at the end is lost
     */
    record Slice(OptionalInt from, OptionalInt to, boolean percent, boolean wholeHundredths) {
        private static final Slice ALL = new Slice(OptionalInt.empty(), OptionalInt.empty(), false, false);

        IntStream rows(int size) {
            return IntStream.range(place(from, 0, size), place(to, size, size));
        }

        private int place(OptionalInt edge, int open, int size) {
            if (edge.isEmpty()) {
                return open;
            }
            long at = !percent
                    ? edge.getAsInt()
                    : wholeHundredths
                            ? (long) edge.getAsInt() * (size / 100)
                            : (long) Math.rint((double) edge.getAsInt() * size / 100); // to even, as Python rounds
            return (int) Math.clamp(at < 0 ? at + size : at, 0L, (long) size);
        }
    }

    /** The split {@code train}, all of it. */
    static Split train() {
        return new Split("", "train", List.of("train"), List.of());
    }

    /** @param where names the entry in errors. Throws {@link UserError} for what the library does not know, either */
    static Split parse(String written, String where) {
        List<String> names = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        for (String part : written.split("\\+", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw new UserError(
                        "%s: split: `%s` is no split: write train, train[:500], train[10%%:20%%] or train[:5%%]+train[-5%%:]"
                                .formatted(where, written));
            }
            if (!names.contains(matcher.group(1))) {
                names.add(matcher.group(1));
            }
            slices.add(slice(matcher, where + ": split: `" + written + "`"));
        }
        boolean whole = slices.stream().allMatch(Slice.ALL::equals);
        if (!whole && names.size() > 1) {
            throw new UserError(
                    "%s: split: `%s` takes parts of several splits: describe a data set for each, and name them all in `dataset`"
                            .formatted(where, written));
        }
        return new Split(where, written, List.copyOf(names), whole ? List.of() : List.copyOf(slices));
    }

    private static Slice slice(Matcher matcher, String where) {
        boolean percent = matcher.group("fromPercent") != null || matcher.group("toPercent") != null;
        OptionalInt from = number(matcher.group("from"));
        OptionalInt to = number(matcher.group("to"));
        if (matcher.group("rounding") != null && !percent) {
            throw new UserError("%s: only hundredths are rounded".formatted(where));
        }
        for (OptionalInt edge : List.of(from, to)) {
            if (percent && Math.abs(edge.orElse(0)) > 100) {
                throw new UserError("%s: hundredths lie between -100%% and 100%%".formatted(where));
            }
        }
        return new Slice(from, to, percent, "pct1_dropremainder".equals(matcher.group("rounding")));
    }

    private static OptionalInt number(@Nullable String digits) {
        return digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
    }

    boolean isWhole() {
        return slices.isEmpty();
    }

    /** Rows that must be looked at to know those that are wanted. */
    int reach() {
        boolean counted = isWhole()
                || slices.stream()
                        .anyMatch(slice -> slice.percent()
                                || slice.from().orElse(0) < 0
                                || slice.to().orElse(-1) < 0);
        return counted
                ? Integer.MAX_VALUE
                : slices.stream().mapToInt(slice -> slice.to().getAsInt()).max().orElseThrow();
    }

    /** The rows that are wanted, of {@code size} rows. Throws {@link UserError} when there are none. */
    int[] rows(int size) {
        if (isWhole()) {
            return Orders.ascending(size);
        }
        int[] rows = slices.stream().flatMapToInt(slice -> slice.rows(size)).toArray();
        if (rows.length == 0) {
            throw new UserError("%s: split: `%s` holds none of the %d rows".formatted(where, written, size));
        }
        return rows;
    }
}
