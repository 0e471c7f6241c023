package dev.lathe.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a GGUF file says about its tokenizer, in the file's own terms (keys {@code tokenizer.ggml.*} and
 * {@code tokenizer.chat_template}).
 *
 * @param model {@code gpt2} (byte-level BPE) or {@code llama} (SentencePiece BPE)
 * @param pre name of the pre-tokenizer, empty when the file has none
 * @param tokens text of each id
 * @param scores one a token for SentencePiece, otherwise empty
 * @param tokenTypes one a token (1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte), or empty
 * @param merges {@code "left right"} in order of rank for byte-level BPE, otherwise empty
 * @param addSpacePrefix whether SentencePiece puts a space in front of a text (the format's default is yes)
 */
public record GgufVocabulary(
        String model,
        String pre,
        List<String> tokens,
        List<Float> scores,
        List<Integer> tokenTypes,
        List<String> merges,
        OptionalInt bos,
        OptionalInt eos,
        OptionalInt unk,
        OptionalInt pad,
        boolean addBos,
        boolean addSpacePrefix,
        Optional<String> chatTemplate) {
    public GgufVocabulary {
        tokens = List.copyOf(tokens);
        scores = List.copyOf(scores);
        tokenTypes = List.copyOf(tokenTypes);
        merges = List.copyOf(merges);
    }
}
