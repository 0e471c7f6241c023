package dev.lathe.data.inspect;

import java.util.ArrayList;
import java.util.List;

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
}
