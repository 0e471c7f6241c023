package dev.lathe.text;

/** Text to ids, in one of two ways. */
sealed interface Encoder {
    int[] encode(String text, boolean addSpecialTokens);

    /** The same way with another vocabulary. */
    Encoder over(TokenizerJson json, NativeTokenizer whole);

    static Encoder splitting(TokenizerJson json, NativeTokenizer whole) {
        TokenizerJson reduced = json.withoutSpecials();
        return new Splitting(NativeTokenizer.of(reduced.text(), reduced.origin()), renumbering(reduced, json), whole);
    }

    /** Ids of the added tokens move when special ones before them go: [id in reduced] is the id in whole. */
    private static int[] renumbering(TokenizerJson reduced, TokenizerJson json) {
        int largest = reduced.added().stream()
                .mapToInt(token -> reduced.vocabulary().idOf(token.content()).orElseThrow())
                .max()
                .orElse(-1);
        int[] ids = new int[largest + 1];
        java.util.Arrays.setAll(ids, id -> id);
        for (AddedToken token : reduced.added()) {
            ids[reduced.vocabulary().idOf(token.content()).orElseThrow()] =
                    json.vocabulary().idOf(token.content()).orElseThrow();
        }
        return ids;
    }

    /** Special tokens in the text are found. */
    record Plain(NativeTokenizer whole) implements Encoder {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            return whole.encode(text, addSpecialTokens);
        }

        @Override
        public Encoder over(TokenizerJson json, NativeTokenizer changed) {
            return new Plain(changed);
        }
    }

    /** Special tokens in the text are text: the library is given a tokenizer that does not know them. */
    @SuppressWarnings("ArrayRecordComponent") // private to this file, never compared
    record Splitting(NativeTokenizer reduced, int[] wholeIds, NativeTokenizer whole) implements Encoder {
        @Override
        public int[] encode(String text, boolean addSpecialTokens) {
            int[] ids = reduced.encode(text, false);
            for (int i = 0; i < ids.length; i++) {
                ids[i] = ids[i] < wholeIds.length ? wholeIds[ids[i]] : ids[i];
            }
            return addSpecialTokens ? around(ids) : ids;
        }

        /** What the whole tokenizer puts around nothing, it puts around a text too: in front. */
        private int[] around(int[] ids) {
            int[] empty = whole.encode("", true);
            int[] all = java.util.Arrays.copyOf(empty, empty.length + ids.length);
            System.arraycopy(ids, 0, all, empty.length, ids.length);
            return all;
        }

        @Override
        public Encoder over(TokenizerJson json, NativeTokenizer changed) {
            return Encoder.splitting(json, changed);
        }
    }
}
