package dev.lathe.model;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rows that an embedding gets for tokens it has none for.
 *
 * @param vocabulary rows afterwards, at least as many as before
 * @param starts new tokens to the tokens whose mean their row starts from; none of these for the mean of all rows that are
 *     not new. A token may stand within the model's rows, where many models have some to spare. Rows beyond the model's
 *     that are not named here start from the mean of all
 * @param noise whether rows that start from named tokens get noise too; those that start from the mean of all do in any
 *     case, or they would be one and the same
 */
public record NewRows(int vocabulary, SortedMap<Integer, List<Integer>> starts, boolean noise) {
    /** As many rows as that, all from the mean with noise. */
    public static NewRows upTo(int vocabulary) {
        return new NewRows(vocabulary, new TreeMap<>(), true);
    }

    int first() {
        return starts.isEmpty() ? vocabulary : starts.firstKey();
    }

    List<Integer> start(int row) {
        return starts.getOrDefault(row, List.of());
    }
}
