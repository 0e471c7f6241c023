package dev.lathe.data;

import dev.lathe.text.ChatEncoder;
import dev.lathe.text.SpecialToken;
import dev.lathe.text.Template;
import dev.lathe.text.Tokenizer;
import dev.lathe.text.TurnEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * What the data room needs of tokenizer and template.
 *
 * @param turns writes conversations
 * @param text ids of a text, special tokens in it found, nothing added
 * @param documentEnd text that ends a document in stage pt; empty when the tokenizer has no end-of-text token
 * @param bos the begin-of-text token, where documents of stage pt begin with one
 * @param eos the end-of-text token
 * @param pad the padding token, which stage pt never trains
 * @param identity equal for two encodings only if they give the same ids for every row
 */
public record Encoding(
        TurnEncoder turns,
        Function<String, int[]> text,
        String documentEnd,
        Optional<SpecialToken> bos,
        OptionalInt eos,
        OptionalInt pad,
        String identity) {

    /** As the reference 0.9.5 does with transformers 5: no tokenizer has documents begin with a begin-of-text token. */
    public static Encoding of(ChatEncoder chat) {
        Template template = chat.template();
        Tokenizer tokenizer = chat.tokenizer();
        String eosText = tokenizer.eos().map(SpecialToken::text).orElse("");
        // Llama 3's chat ends turns with <|eot_id|>, but its documents were pre-trained with this one.
        String documentEnd = template.name().equals("llama3") ? "<|end_of_text|>" : eosText;
        return new Encoding(
                chat,
                tokenizer::encode,
                documentEnd,
                Optional.empty(),
                id(tokenizer.eos()),
                id(tokenizer.pad()),
                identity(tokenizer, template));
    }

    /** The same with {@code bos} in front of documents (a tokenizer that says {@code add_bos_token}). */
    public Encoding startingDocumentsWith(SpecialToken bos) {
        return new Encoding(turns, text, documentEnd, Optional.of(bos), eos, pad, identity + "+" + bos.id());
    }

    OptionalInt bosId() {
        return id(bos);
    }

    /** Text in front of every document of stage pt; empty for none. */
    String documentStart() {
        return bos.map(SpecialToken::text).orElse("");
    }

    private static OptionalInt id(Optional<SpecialToken> token) {
        return token.map(SpecialToken::id).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static String identity(Tokenizer tokenizer, Template template) {
        MessageDigest hash = Sha256.start();
        hash.update(tokenizer.identity());
        hash.update(template.toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash.digest());
    }
}
