package dev.lathe.tensor.kernel;

import java.util.List;

/**
 * Attention of the newest token of each of a few texts over the keys and values that caches hold: the row of generation.
 * Everything between reading and writing is float32. A text's result is the same whatever other texts there are.
 */
public interface RowAttentionKernel {
    /**
     * How tokens look at each other.
     *
     * @param keyDim width of a query and of a key; {@code valueDim} of a value
     * @param scale what q·k is multiplied by
     * @param window how many keys a query sees, itself included; 0 for all
     * @param cap scores become cap · tanh(score / cap); 0 for not
     * @param slopes what a key's distance costs, a number a head; empty for nothing
     * @param sinks an extra logit a head that takes up attention; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    record Heads(
            int heads,
            int keyHeads,
            int keyDim,
            int valueDim,
            float scale,
            int window,
            float cap,
            float[] slopes,
            float[] sinks) {
        /** Query heads that share a key head. */
        int group() {
            return heads / keyHeads;
        }

        /** The first key that a text's newest token sees. */
        int firstSeen(int tokens) {
            return window == 0 ? 0 : Math.max(0, tokens - window);
        }

        /** What becomes of q·k. */
        float score(float dot, int head, int distance) {
            float score = dot * scale;
            float bent = cap == 0 ? score : cap * (float) Math.tanh(score / cap);
            return slopes.length == 0 ? bent : bent - slopes[head] * distance;
        }
    }

    /**
     * What a text has been so far, its newest token included.
     *
     * @param keys rotated, in {@linkplain #block blocks} of tokens that stand one below the other, each [keyHeads · keyDim,
     *     block]; without gaps
     * @param values [tokens or more, keyHeads · valueDim]
     */
    record Text(Matrix keys, Matrix values, int tokens) {}

    /** How many tokens' keys stand together: as many as the lanes that are multiplied at once. */
    int block(Element element);

    /**
     * @param q [texts, heads · keyDim], rotated
     * @param out [texts, heads · valueDim]
     */
    void attend(Heads heads, Matrix q, List<Text> texts, Matrix out);

    /** @throws IllegalArgumentException when the arguments of {@link #attend} do not go together */
    static void requireShapes(Heads heads, Matrix q, List<Text> texts, Matrix out) {
        boolean fit = q.rows() == texts.size()
                && out.rows() == texts.size()
                && q.columns() == (long) heads.heads * heads.keyDim
                && out.columns() == (long) heads.heads * heads.valueDim;
        long width = (long) heads.keyHeads * heads.keyDim;
        for (Text text : texts) {
            fit &= text.tokens > 0
                    && text.keys.rowStride() == text.keys.columns()
                    && text.keys.rows() / width * text.keys.columns() >= text.tokens
                    && text.values.rows() >= text.tokens
                    && text.values.columns() == (long) heads.keyHeads * heads.valueDim;
        }
        if (!fit) {
            throw new IllegalArgumentException("queries %d x %d of %d texts do not go with %s"
                    .formatted(q.rows(), q.columns(), texts.size(), heads));
        }
    }
}
