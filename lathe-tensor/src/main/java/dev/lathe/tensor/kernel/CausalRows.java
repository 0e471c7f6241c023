package dev.lathe.tensor.kernel;

/**
 * Which keys the rows of a batch of attention scores see.
 *
 * @param rows queries of one head; row i of the scores belongs to query i % rows
 * @param offset the first query sees keys 0 to {@code offset}, each next one a key more
 */
public record CausalRows(long rows, long offset) {
    /** @throws IllegalArgumentException when there is no row or the offset is negative */
    public CausalRows {
        if (rows < 1 || offset < 0) {
            throw new IllegalArgumentException("no causal rows: " + rows + ", offset " + offset);
        }
    }

    /** How many of {@code keys} the row sees, from the first. */
    int visible(long row, long keys) {
        return (int) Math.min(keys, offset + row % rows + 1);
    }
}
