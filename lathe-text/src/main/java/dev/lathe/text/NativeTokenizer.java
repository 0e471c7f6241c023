package dev.lathe.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.lathe.base.UserError;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * Hugging Face's own tokenizers library. Called below DJL's {@code HuggingFaceTokenizer}, which truncates by default,
 * copies offsets and masks that nobody here reads, and reports its use to its makers on some clouds. Safe for use by many
 * threads.
 */
final class NativeTokenizer {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long handle;

    private NativeTokenizer(long handle) {
        this.handle = handle;
        CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(handle));
    }

    /** {@code json}: a whole tokenizer.json; {@code origin} names it in errors. */
    static NativeTokenizer of(String json, String origin) {
        loadLibrary();
        try {
            long handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
            TokenizersLibrary.LIB.disableTruncation(handle);
            TokenizersLibrary.LIB.disablePadding(handle);
            return new NativeTokenizer(handle);
        } catch (RuntimeException e) {
            throw new UserError(
                    "%s is not a tokenizer that Hugging Face's tokenizers 0.21 can read: %s. Save it again with a current version, or take the file from the model's hub page."
                            .formatted(origin, e.getMessage()),
                    e);
        }
    }

    int[] encode(String text, boolean addSpecialTokens) {
        long encoding = TokenizersLibrary.LIB.encode(handle, wellFormed(text), addSpecialTokens);
        try {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            int[] result = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                result[i] = (int) ids[i];
            }
            return result;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            Reference.reachabilityFence(this);
        }
    }

    /** Ids that the vocabulary lacks decode to nothing. */
    String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw new IllegalArgumentException("%d at position %d is not a token id".formatted(ids[i], i));
            }
            wide[i] = ids[i];
        }
        try {
            return TokenizersLibrary.LIB.decode(handle, wide, skipSpecialTokens);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static void loadLibrary() {
        // Without it DJL looks for a CUDA build of the library on machines with a GPU, and downloads it.
        System.setProperty("ai.djl.offline", "true");
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError e) {
            throw new UserError(
                    "the native tokenizer library could not be unpacked to ~/.djl.ai and loaded: %s. Set DJL_CACHE_DIR to a folder that can be written and executed from."
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /** A half of a surrogate pair has no UTF-8 form; it becomes the replacement character instead of an error. */
    private static String wellFormed(String text) {
        if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return text;
        }
        StringBuilder mended = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(mended::appendCodePoint);
        return mended.toString();
    }
}
