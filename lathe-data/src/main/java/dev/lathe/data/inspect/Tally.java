package dev.lathe.data.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Counts something, and remembers where it was first seen. */
final class Tally {
    private static final int REMEMBERED = 4;

    private final List<Finding.Place> places = new ArrayList<>();
    private long count;

    void add(Finding.Place place) {
        add(place, 1);
    }

    void add(Finding.Place place, long times) {
        count += times;
        if (places.size() < REMEMBERED && !places.contains(place)) {
            places.add(place);
        }
    }

    long count() {
        return count;
    }

    List<Finding.Place> places() {
        return List.copyOf(places);
    }

    /**
     * Says it, if there was any of it.
     *
     * @param what with {@code %s} for "1 row", "12 rows"
     * @param thing what was counted: "row"
     */
    void report(List<Finding> found, Finding.Weight weight, String label, String thing, String what, String advice) {
        if (count > 0) {
            String said = what.formatted(String.format(Locale.ROOT, "%,d %s%s", count, thing, count == 1 ? "" : "s"));
            found.add(new Finding(weight, label, said, advice.isEmpty() ? List.of() : List.of(advice), places()));
        }
    }
}
