package dev.lathe.tensor.kernel;

import java.util.List;

/** {@link RowAttentionKernel} in plain Java, a head at a time. */
record ScalarRowAttention(Workers workers) implements RowAttentionKernel {
    @Override
    public int block(Element element) {
        return 1;
    }

    @Override
    public void attend(Heads heads, Matrix q, List<Text> texts, Matrix out) {
        RowAttentionKernel.requireShapes(heads, q, texts, out);
        workers.run(texts.size() * heads.heads(), i -> {
            int text = i / heads.heads();
            head(heads, i % heads.heads(), q, text, texts.get(text), out);
        });
    }

    private static float key(Heads heads, Matrix keys, int token, long number) {
        long width = (long) heads.keyHeads() * heads.keyDim();
        return keys.get(token / keys.columns() * width + number, token % keys.columns());
    }

    private static void head(Heads heads, int head, Matrix q, int row, Text text, Matrix out) {
        int key = head / heads.group();
        int first = heads.firstSeen(text.tokens());
        float[] scores = new float[text.tokens() - first];
        float most = heads.sinks().length == 0 ? Float.NEGATIVE_INFINITY : heads.sinks()[head];
        for (int t = first; t < text.tokens(); t++) {
            float dot = 0;
            for (int i = 0; i < heads.keyDim(); i++) {
                float k = key(heads, text.keys(), t, (long) key * heads.keyDim() + i);
                dot = Math.fma(q.get(row, (long) head * heads.keyDim() + i), k, dot);
            }
            scores[t - first] = heads.score(dot, head, text.tokens() - 1 - t);
            most = Math.max(most, scores[t - first]);
        }
        float sum = heads.sinks().length == 0 ? 0 : (float) Math.exp(heads.sinks()[head] - most);
        for (int t = 0; t < scores.length; t++) {
            scores[t] = (float) Math.exp(scores[t] - most);
            sum += scores[t];
        }
        for (int i = 0; i < heads.valueDim(); i++) {
            float mixed = 0;
            for (int t = 0; t < scores.length; t++) {
                mixed = Math.fma(scores[t], text.values().get(first + t, (long) key * heads.valueDim() + i), mixed);
            }
            out.set(row, (long) head * heads.valueDim() + i, mixed / sum);
        }
    }
}
