package dev.lathe.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keys and values of one text that a model has read, so that its next token costs one token. Takes 2 · layers ·
 * keyHeads · headDim numbers a token; owns that memory until {@link #close}. Knows the ids it stands for: the next
 * prompt goes on from what it shares with them.
 */
public final class KvCache implements AutoCloseable {
    private static final int FIRST_CAPACITY = 256;

    private final List<GrowingRows> keys;
    private final List<GrowingRows> values;
    private int[] ids = new int[FIRST_CAPACITY];
    private int length;
    private int rotatedFor;

    private KvCache(int layers, int capacity) {
        this.keys = Stream.generate(() -> new GrowingRows(true, capacity))
                .limit(layers)
                .toList();
        this.values = Stream.generate(() -> new GrowingRows(false, capacity))
                .limit(layers)
                .toList();
    }

    /** Empty; grows as needed. */
    public static KvCache of(DecoderSpec spec) {
        return sized(spec, FIRST_CAPACITY);
    }

    /** Empty, with room for {@code tokens} from the start: see {@link #reserve}. */
    public static KvCache sized(DecoderSpec spec, int tokens) {
        return new KvCache(spec.layers(), Math.max(1, tokens));
    }

    /**
     * Asks for room for {@code tokens} in all. What is never written to is only set aside and costs no memory; beyond the
     * room the cache grows by being copied to twice the place.
     */
    public void reserve(int tokens) {
        keys.forEach(rows -> rows.reserve(tokens));
        values.forEach(rows -> rows.reserve(tokens));
    }

    /** Bytes set aside for keys and values, written to or not. */
    public long bytes() {
        return Stream.concat(keys.stream(), values.stream())
                .mapToLong(GrowingRows::bytes)
                .sum();
    }

    /** Tokens it holds. */
    public int length() {
        return length;
    }

    /** How many of the first {@code tokens} of {@code text} it holds already. */
    public int shared(int[] text, int tokens) {
        int mismatch = Arrays.mismatch(ids, 0, length, text, 0, tokens);
        return mismatch < 0 ? length : mismatch;
    }

    /** Length of the text that its keys were rotated for; matters where {@link RopeScaling#dependsOnLength}. */
    int rotatedFor() {
        return rotatedFor;
    }

    /** Forgets what comes after the first {@code tokens}; keeps the memory. */
    public void truncate(int tokens) {
        if (tokens < 0 || tokens > length) {
            throw new IllegalArgumentException("%d of %d tokens cannot be kept".formatted(tokens, length));
        }
        length = tokens;
    }

    GrowingRows keys(int layer) {
        return keys.get(layer);
    }

    GrowingRows values(int layer) {
        return values.get(layer);
    }

    /** Says that every layer was given the keys and values of {@code more}, as tokens of a text of {@code textLength}. */
    void advance(int[] more, int textLength) {
        int end = length + more.length;
        ids = end > ids.length ? Arrays.copyOf(ids, Math.max(end, 2 * ids.length)) : ids;
        System.arraycopy(more, 0, ids, length, more.length);
        length = end;
        rotatedFor = textLength;
    }

    @Override
    public void close() {
        length = 0;
        keys.forEach(GrowingRows::close);
        values.forEach(GrowingRows::close);
    }
}
