package dev.lathe.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.Set;

/**
 * Byte-pair encoding over bytes written as letters (GPT-2 and most since). What differs between models is how a text is
 * cut before merging, which GGUF only names.
 */
final class ByteLevelBpe {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String WORDS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String TEKKEN_WORDS = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
    private static final String TEKKEN_REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** Names in llama.cpp that mean the same cut. */
    private static final Set<String> GPT2 =
            Set.of("", "default", "gpt-2", "phi-2", "roberta-bpe", "mpt", "olmo", "jais");

    private static final Set<String> DIGITS =
            Set.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone");
    private static final Set<String> LLAMA3 = Set.of("llama-bpe", "llama3", "llama-v3", "smaug-bpe", "dbrx", "falcon3");
    private static final Set<String> QWEN2 = Set.of("qwen2", "stablelm2", "deepseek-r1-qwen", "megrez");

    private ByteLevelBpe() {}

    static void write(GgufVocabulary gguf, ObjectNode tree) {
        tree.set("normalizer", QWEN2.contains(gguf.pre()) ? Json.object().put("type", "NFC") : null);
        tree.putObject("pre_tokenizer").put("type", "Sequence").set("pretokenizers", cuts(gguf.pre()));
        tree.set("post_processor", byteLevel(false));
        tree.set("decoder", byteLevel(true));
        ObjectNode model = tree.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
        model.put("ignore_merges", LLAMA3.contains(gguf.pre()) || gguf.pre().equals("tekken"));
        vocab(gguf, model.putObject("vocab"));
        merges(gguf, model.putArray("merges"));
    }

    private static ArrayNode cuts(String pre) {
        ArrayNode cuts = Json.MAPPER.createArrayNode();
        if (GPT2.contains(pre)) {
            return cuts.add(byteLevel(true));
        } else if (DIGITS.contains(pre)) {
            cuts.addObject().put("type", "Digits").put("individual_digits", true);
            return cuts.add(byteLevel(true));
        } else if (LLAMA3.contains(pre)) {
            cuts.add(split(CONTRACTIONS + "|" + WORDS + "|\\p{N}{1,3}|" + REST));
        } else if (QWEN2.contains(pre)) {
            cuts.add(split(CONTRACTIONS + "|" + WORDS + "|\\p{N}|" + REST));
        } else if (pre.equals("tekken")) {
            cuts.add(split(TEKKEN_WORDS + "|\\p{N}|" + TEKKEN_REST));
        } else {
            throw new UserError(
                    "tokenizer.ggml.pre is %s, and how that cuts a text Lathe does not know. Use the model's Hugging Face folder, whose tokenizer.json says it"
                            .formatted(pre));
        }
        return cuts.add(byteLevel(false));
    }

    private static ObjectNode split(String regex) {
        ObjectNode split = Json.object().put("type", "Split");
        split.putObject("pattern").put("Regex", regex);
        return split.put("behavior", "Isolated").put("invert", false);
    }

    private static ObjectNode byteLevel(boolean useRegex) {
        return Json.object()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", useRegex);
    }

    private static void vocab(GgufVocabulary gguf, ObjectNode vocab) {
        for (int id = 0; id < gguf.tokens().size(); id++) {
            String token = gguf.tokens().get(id);
            if (vocab.has(token)) {
                throw new UserError(
                        "tokenizer.ggml.tokens has %s twice, the second time as id %d: the GGUF file is damaged"
                                .formatted(token, id));
            }
            vocab.put(token, id);
        }
    }

    private static void merges(GgufVocabulary gguf, ArrayNode merges) {
        for (String merge : gguf.merges()) {
            int space = merge.indexOf(' ');
            if (space <= 0 || space == merge.length() - 1) {
                throw new UserError(
                        "tokenizer.ggml.merges has \"%s\", which is not a pair of tokens: the GGUF file is damaged"
                                .formatted(merge));
            }
            merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
        }
    }
}
