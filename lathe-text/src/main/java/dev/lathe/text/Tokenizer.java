package dev.lathe.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.SafeFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text to token ids and back, exactly as Hugging Face's tokenizers does it (its native library does the work), with the
 * special tokens and the chat template that belong to a model. Immutable; safe for use by many threads.
 */
public final class Tokenizer {
    private final TokenizerJson json;
    private final NativeTokenizer whole;
    private final Encoder encoder;
    private final SpecialTokens special;
    private final Optional<String> chatTemplate;
    private final ObjectNode config;

    private Tokenizer(
            TokenizerJson json,
            NativeTokenizer whole,
            Encoder encoder,
            SpecialTokens special,
            Optional<String> chatTemplate,
            ObjectNode config) {
        this.json = json;
        this.whole = whole;
        this.encoder = encoder;
        this.special = special;
        this.chatTemplate = chatTemplate;
        this.config = config;
    }

    /** {@code config}: what tokenizer_config.json says beside special tokens and chat template; written back on saving. */
    static Tokenizer of(TokenizerJson json, SpecialTokens special, Optional<String> chatTemplate, ObjectNode config) {
        TokenizerJson complete =
                json.plus(special.all().stream().map(AddedToken::special).toList());
        NativeTokenizer whole = NativeTokenizer.of(complete.text(), complete.origin());
        Tokenizer plain =
                new Tokenizer(complete, whole, new Encoder.Plain(whole), special, chatTemplate, config.deepCopy());
        return config.path("split_special_tokens").asBoolean() ? plain.splittingSpecialTokens() : plain;
    }

    /**
     * Reads a model folder: tokenizer.json, tokenizer_config.json, special_tokens_map.json, chat_template.jinja. Throws
     * {@link dev.lathe.base.UserError} when there is no tokenizer.json, or one that cannot be read.
     */
    public static Tokenizer load(Path folder) {
        return TokenizerFiles.load(folder);
    }

    /** The tokenizer that a GGUF file describes. Throws {@link dev.lathe.base.UserError} for a kind that is not known. */
    public static Tokenizer fromGguf(GgufVocabulary vocabulary) {
        return GgufTokenizer.of(vocabulary);
    }

    /** Ids of {@code text} alone: nothing is added. Special tokens written in the text become special tokens. */
    public int[] encode(String text) {
        return encoder.encode(text, false);
    }

    /** Ids with what the tokenizer itself puts around a text, such as a leading begin-of-text token. */
    public int[] encodeWithSpecialTokens(String text) {
        return encoder.encode(text, true);
    }

    /** The same tokenizer, but special tokens written in a text are cut like any other text (split_special_tokens). */
    public Tokenizer splittingSpecialTokens() {
        return new Tokenizer(json, whole, Encoder.splitting(json, whole), special, chatTemplate, config);
    }

    /** Text of the ids, without any clean-up of spaces. Ids beyond the vocabulary decode to nothing. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return whole.decode(ids, skipSpecialTokens);
    }

    public OptionalInt idOf(String token) {
        return json.vocabulary().idOf(token);
    }

    /** The token as the vocabulary writes it (bytes and spaces in the tokenizer's own alphabet); empty if there is none. */
    public String tokenOf(int id) {
        return json.vocabulary().tokenOf(id);
    }

    /** Whether {@link #decode} leaves this id out when it skips special tokens. */
    public boolean isSpecial(int id) {
        return json.specialIds().contains(id);
    }

    /** Number of tokens, the added ones included. The model may have fewer or more embedding rows. */
    public int size() {
        return json.vocabulary().size();
    }

    public Optional<SpecialToken> bos() {
        return part("bos_token");
    }

    public Optional<SpecialToken> eos() {
        return part("eos_token");
    }

    public Optional<SpecialToken> pad() {
        return part("pad_token");
    }

    public Optional<SpecialToken> unk() {
        return part("unk_token");
    }

    private Optional<SpecialToken> part(String name) {
        return special.get(name).map(this::token);
    }

    private SpecialToken token(String text) {
        return new SpecialToken(text, idOf(text).orElseThrow());
    }

    /** Special tokens beside bos, eos and the like, such as those that open and close a turn. */
    public List<SpecialToken> additionalSpecialTokens() {
        return special.additional().stream().map(this::token).toList();
    }

    /** The Jinja chat template, as its author wrote it. */
    public Optional<String> chatTemplate() {
        return chatTemplate;
    }

    /** With another end-of-text token. A token that is not in the vocabulary is added at its end. */
    public Tokenizer withEos(String token) {
        return with(special.with("eos_token", token), chatTemplate);
    }

    /** With another padding token. A token that is not in the vocabulary is added at its end. */
    public Tokenizer withPad(String token) {
        return with(special.with("pad_token", token), chatTemplate);
    }

    /** With more special tokens. Those that are not in the vocabulary are added at its end, in order. */
    public Tokenizer withAdditionalSpecialTokens(List<String> tokens) {
        return with(special.plus(tokens), chatTemplate);
    }

    /** With more ordinary tokens, at the end of the vocabulary, in order; those it has already stay as they are. */
    public Tokenizer withTokens(List<String> tokens) {
        return withAdded(tokens.stream().map(AddedToken::ordinary).toList());
    }

    /** The same for special tokens that are not listed among {@link #additionalSpecialTokens}: decoding may leave them out. */
    public Tokenizer withSpecialTokens(List<String> tokens) {
        return withAdded(tokens.stream().map(AddedToken::special).toList());
    }

    private Tokenizer withAdded(List<AddedToken> tokens) {
        return with(json.plus(tokens), special, chatTemplate);
    }

    public Tokenizer withChatTemplate(String jinja) {
        return with(special, Optional.of(jinja));
    }

    /** Padding goes in front, as whoever generates from batches needs it: written to tokenizer_config.json, no id changes. */
    public Tokenizer paddingOnTheLeft() {
        ObjectNode changed = config().put("padding_side", "left");
        return new Tokenizer(json, whole, encoder, special, chatTemplate, changed);
    }

    private Tokenizer with(SpecialTokens changed, Optional<String> template) {
        return with(json.plus(changed.all().stream().map(AddedToken::special).toList()), changed, template);
    }

    private Tokenizer with(TokenizerJson changed, SpecialTokens tokens, Optional<String> template) {
        if (changed == json) {
            return new Tokenizer(json, whole, encoder, tokens, template, config);
        }
        NativeTokenizer loaded = NativeTokenizer.of(changed.text(), changed.origin());
        return new Tokenizer(changed, loaded, encoder.over(changed, loaded), tokens, template, config);
    }

    /**
     * Writes tokenizer.json, tokenizer_config.json and, if there is one, chat_template.jinja. What {@link #load} then
     * reads gives the same ids.
     */
    public void save(Path folder, SafeFiles files) {
        TokenizerFiles.save(this, folder, files);
    }

    /**
     * SHA-256 over everything that changes ids, the parts that special tokens play included: with equal identity, every
     * text and every template gives the same ids.
     */
    public byte[] identity() {
        return TokenizerFiles.identity(this);
    }

    TokenizerJson json() {
        return json;
    }

    SpecialTokens specialTokens() {
        return special;
    }

    ObjectNode config() {
        return config.deepCopy();
    }

    boolean splitsSpecialTokens() {
        return encoder instanceof Encoder.Splitting;
    }
}
