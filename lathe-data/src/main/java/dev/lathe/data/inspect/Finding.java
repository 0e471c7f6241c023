package dev.lathe.data.inspect;

import java.util.List;

/**
 * Something that somebody should know before training.
 *
 * @param weight how bad it is
 * @param label what is wrong with a sample that shows it, in a word or two
 * @param what in a sentence, with its number
 * @param advice what it does and what to do about it, a line each; may be empty
 * @param places where it is to be seen, the first few
 */
public record Finding(Weight weight, String label, String what, List<String> advice, List<Place> places) {
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
     * @param like the row that it is compared with, or empty
     */
    public record Place(String source, int row, int sample, String like) {
        public Place(String source, int row, int sample) {
            this(source, row, sample, "");
        }

        Place comparedWith(Place other) {
            return new Place(source, row, sample, other.toString());
        }

        /** As it is asked for: {@code identity:3}. */
        @Override
        public String toString() {
            return source + ":" + row;
        }
    }

    public Finding {
        advice = List.copyOf(advice);
        places = List.copyOf(places);
    }

    /** Of the data as a whole. */
    static Finding warning(String what, String advice) {
        return new Finding(Weight.WARNING, "", what, List.of(advice), List.of());
    }

    /** Of the data as a whole. */
    static Finding note(String what, String advice) {
        return new Finding(Weight.NOTE, "", what, List.of(advice), List.of());
    }
}
