package dev.lathe.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's BPE as Llama 1 and 2 use it: spaces written as ▁, unknown characters as bytes, and scores instead of
 * merges (a pair merges the earlier, the higher the score of what it makes).
 */
final class SentencePieceBpe {
    private static final String SPACE = "▁";
    private static final int LONGEST_TOKEN = 512;

    private SentencePieceBpe() {}

    static void write(GgufVocabulary gguf, ObjectNode tree) {
        if (gguf.scores().isEmpty()) {
            throw new UserError(
                    "the GGUF file's tokenizer is of the kind llama but has no tokenizer.ggml.scores: it cannot be used");
        }
        Map<String, Integer> ids = HashMap.newHashMap(gguf.tokens().size());
        for (int id = 0; id < gguf.tokens().size(); id++) {
            ids.putIfAbsent(gguf.tokens().get(id), id);
        }
        tree.set("normalizer", normalizer(gguf.addSpacePrefix()));
        tree.putNull("pre_tokenizer");
        tree.putNull("post_processor");
        tree.set("decoder", decoder(gguf.addSpacePrefix()));
        ObjectNode model = tree.putObject("model").put("type", "BPE").putNull("dropout");
        gguf.unk().ifPresent(unk -> model.put("unk_token", gguf.tokens().get(unk)));
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
        ObjectNode vocab = model.putObject("vocab");
        ids.forEach(vocab::put);
        ArrayNode merges = model.putArray("merges");
        for (Pair pair : pairs(gguf, ids)) {
            merges.addArray().add(pair.left()).add(pair.right());
        }
    }

    private record Pair(String left, String right, float score, int id) {}

    /** Every way to make a token of two others; equal scores in the order of the tokens, then of the left parts. */
    private static List<Pair> pairs(GgufVocabulary gguf, Map<String, Integer> ids) {
        List<Pair> pairs = new ArrayList<>();
        ids.forEach((token, id) -> {
            if (token.length() > LONGEST_TOKEN) {
                throw new UserError("token %d of the GGUF file is %d characters long, which no vocabulary needs"
                        .formatted(id, token.length()));
            }
            for (int cut = 1; cut < token.length(); cut++) {
                String left = token.substring(0, cut);
                String right = token.substring(cut);
                if (ids.containsKey(left) && ids.containsKey(right)) {
                    pairs.add(new Pair(left, right, gguf.scores().get(id), id));
                }
            }
        });
        pairs.sort(Comparator.comparing(Pair::score)
                .reversed()
                .thenComparing(Pair::id)
                .thenComparing(pair -> ids.get(pair.left())));
        return pairs;
    }

    private static ObjectNode normalizer(boolean addSpacePrefix) {
        ObjectNode replace = replace(" ", SPACE);
        if (!addSpacePrefix) {
            return replace;
        }
        ObjectNode sequence = Json.object().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("normalizers");
        steps.addObject().put("type", "Prepend").put("prepend", SPACE);
        steps.add(replace);
        return sequence;
    }

    private static ObjectNode decoder(boolean addSpacePrefix) {
        ObjectNode sequence = Json.object().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("decoders");
        steps.add(replace(SPACE, " "));
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (addSpacePrefix) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        return sequence;
    }

    private static ObjectNode replace(String what, String by) {
        ObjectNode replace = Json.object().put("type", "Replace");
        replace.putObject("pattern").put("String", what);
        return replace.put("content", by);
    }
}
