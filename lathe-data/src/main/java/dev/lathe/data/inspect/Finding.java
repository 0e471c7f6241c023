package dev.lathe.data.inspect;

import java.util.List;

/**
 * Something that somebody should know before training.
 *
 * @param weight how bad it is
 * @param what in a sentence, with its number
 * @param advice what to do about it; may be empty
 * @param places where it is to be seen, the first few
 */
public record Finding(Weight weight, String what, String advice, List<Place> places) {
    /** How bad it is. */
    public enum Weight {
        /** The result will not be what was wanted. */
        WARNING,
        /** Worth a look. */
        NOTE
    }

    /**
     * A row, and the sample it went into.
     *
     * @param sample its number in the training data; -1 where there is none
     */
    public record Place(String source, int row, int sample) {
        @Override
        public String toString() {
            return source + ":" + row;
        }
    }

    public Finding {
        places = List.copyOf(places);
    }
}
