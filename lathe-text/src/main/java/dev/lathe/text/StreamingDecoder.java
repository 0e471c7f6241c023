package dev.lathe.text;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Text of ids that come one at a time. A piece is held back while it may still change: in the middle of a character, or
 * at a place where the decoder drops a space that the next token makes whole. All pieces together are what
 * {@link Tokenizer#decode} gives for all ids. For one stream, in one thread.
 */
public final class StreamingDecoder {
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
    private static final char BROKEN = '\uFFFD';

    private final Tokenizer tokenizer;
    private final boolean skipSpecialTokens;
    private int[] ids = new int[16];
    private int size;
    /** Ids before this are only there to decode the rest as it stands in its context. */
    private int context;
    /** Ids before this are put out. */
    private int done;

    public StreamingDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /** The text that {@code id} completes; often empty. */
    public String next(int id) {
        if (skipSpecialTokens && tokenizer.isSpecial(id)) {
            return "";
        }
        ids = size == ids.length ? Arrays.copyOf(ids, 2 * size) : ids;
        ids[size++] = id;
        if (BYTE.matcher(tokenizer.tokenOf(id)).matches()) {
            return ""; // one broken byte spoils all its neighbours, so a run of bytes is read when it is over
        }
        String before = text(context, done);
        String now = text(context, size);
        if (now.length() <= before.length() || now.charAt(now.length() - 1) == BROKEN) {
            return "";
        }
        context = done;
        done = size;
        return now.substring(before.length());
    }

    /** What is still held back, as it is: a character that never got its last byte comes out as U+FFFD. */
    public String finish() {
        String rest = text(context, size).substring(text(context, done).length());
        context = size;
        done = size;
        return rest;
    }

    private String text(int from, int to) {
        return tokenizer.decode(Arrays.copyOfRange(ids, from, to), skipSpecialTokens);
    }
}
