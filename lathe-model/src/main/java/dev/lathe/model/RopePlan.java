package dev.lathe.model;

import dev.lathe.tensor.Rope;
import java.util.List;

/**
 * Which layer rotates how; one kind for most models.
 *
 * @param kinds rotations that differ
 * @param ofLayer which of them each layer uses
 */
public record RopePlan(List<RopeSpec> kinds, List<Integer> ofLayer) {
    /** Whether tokens are rotated alike in texts of both lengths. */
    public boolean rotatesAlike(int length, int other) {
        return kinds.stream().allMatch(kind -> kind.rotatesAlike(length, other));
    }

    /**
     * Tables for tokens at {@code positions}.
     *
     * @param length tokens of the longest text among them, padding included where the reference would pad
     */
    public Positions at(int[] positions, int length) {
        List<Rope> tables =
                kinds.stream().map(kind -> kind.at(positions, length)).toList();
        return new Positions(positions, tables, ofLayer);
    }

    /**
     * The same for tokens of several texts.
     *
     * @param lengths of each token's text
     */
    Positions at(int[] positions, int[] lengths) {
        List<Rope> tables = kinds.stream()
                .map(kind -> kind.tables(positions, lengths).toRope())
                .toList();
        return new Positions(positions, tables, ofLayer);
    }
}
