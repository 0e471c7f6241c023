package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Writes conversations with a {@link Template}, id for id as LLaMA-Factory 0.9.5 does: every text slot is tokenised by
 * itself, so special tokens written in a user's text become special tokens, and merges never cross a slot's border.
 */
public final class ChatEncoder implements TurnEncoder {
    private static final String CONTENT = "{{content}}";
    private static final String TURN_NUMBER = "{{idx}}";

    private final Template template;
    private final Tokenizer tokenizer;

    /**
     * {@code tokenizer} is one that {@link #fix} made ready for the template. Throws {@link UserError} for
     * templates with thoughts, which Lathe cannot write yet.
     */
    public ChatEncoder(Template template, Tokenizer tokenizer) {
        if (template.kind() == Template.Kind.REASONING || template.kind() == Template.Kind.GLM47_REASONING) {
            throw new UserError(
                    "template %s lets answers open with a thought, which Lathe cannot write yet; for a model without thoughts choose another template"
                            .formatted(template.name()));
        }
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /** What a template does to a tokenizer before either is used: end and padding tokens, stop words, chat template. */
    public static Tokenizer fix(Template template, Tokenizer tokenizer) {
        return TemplateTokenizer.fixed(template, tokenizer);
    }

    /** Throws {@link UserError} for tools and calls of tools, which Lathe cannot write yet. */
    @Override
    public List<Turn> turns(List<Message> messages, String system, String tools) {
        if (messages.size() % 2 != 0) {
            throw new IllegalArgumentException(
                    "questions and answers do not pair: %d messages".formatted(messages.size()));
        }
        List<int[]> encoded = encode(messages, system, tools);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < encoded.size(); i += 2) {
            turns.add(new Turn(encoded.get(i), encoded.get(i + 1)));
        }
        return turns;
    }

    @Override
    public int[] prompt(List<Message> messages, String system, String tools) {
        return encode(messages, system, tools).stream()
                .flatMapToInt(IntStream::of)
                .toArray();
    }

    @Override
    public boolean efficientEos() {
        return template.efficientEos();
    }

    /** Ids that end an answer: the end-of-text token and the template's stop words. */
    public Set<Integer> stopIds() {
        Set<Integer> ids = new LinkedHashSet<>();
        tokenizer.eos().ifPresent(eos -> ids.add(eos.id()));
        template.stopWords().forEach(word -> tokenizer.idOf(word).ifPresent(ids::add));
        return ids;
    }

    /** An Ollama Modelfile for a folder of weights that speaks this template. */
    public String ollamaModelfile() {
        return new OllamaModelfile(template, tokenizer).text();
    }

    public Template template() {
        return template;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    private List<int[]> encode(List<Message> messages, String system, String tools) {
        String systemText = system.isEmpty() ? template.defaultSystem() : system;
        boolean hasSystem = !systemText.isEmpty() || offersNoTools(tools);
        List<int[]> encoded = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            IntStream.Builder ids = IntStream.builder();
            String inFront = "";
            if (i == 0) {
                add(ids, template.prefix(), "", "");
                if (hasSystem && template.kind() == Template.Kind.LLAMA2) {
                    inFront = systemInUserText(systemText);
                } else if (hasSystem) {
                    add(ids, template.system(), systemText, "");
                }
            }
            add(ids, messages.get(i), inFront, i / 2);
            encoded.add(ids.build().toArray());
        }
        return encoded;
    }

    private void add(IntStream.Builder ids, Message message, String inFront, int turn) {
        String content = message.content();
        switch (message.role()) {
            case USER -> {
                boolean numbered = template.kind() != Template.Kind.LLAMA2;
                add(ids, template.user(), inFront + content, numbered ? String.valueOf(turn) : "");
            }
            case ASSISTANT -> add(ids, template.assistant(), content, "");
            case OBSERVATION -> add(ids, template.observation(), content, "");
            case FUNCTION ->
                throw new UserError(
                        "Lathe cannot write calls of tools yet: leave out conversations with function_call messages");
            case SYSTEM ->
                throw new IllegalArgumentException("the system text is an argument of its own, not a message");
        }
    }

    /** An empty list of tools offers none, but makes the system text appear even where it is empty. */
    private static boolean offersNoTools(String tools) {
        if (tools.isBlank()) {
            return false;
        }
        JsonNode list = Json.parse(tools, "tools");
        if (!list.isArray() || !list.isEmpty()) {
            throw new UserError("Lathe cannot write tools yet: leave out conversations that offer tools");
        }
        return true;
    }

    /** Only a text slot can go into the user's text. */
    private String systemInUserText(String system) {
        return template.system().getFirst() instanceof Slot.Text slot ? fill(slot.text(), system, "") : "";
    }

    private void add(IntStream.Builder ids, List<Slot> slots, String content, String turn) {
        for (Slot slot : slots) {
            switch (slot) {
                case Slot.Text text -> {
                    for (int id : tokenizer.encode(fill(text.text(), content, turn))) {
                        ids.add(id);
                    }
                }
                case Slot.Token token -> ids.add(idOf(token.token()));
                case Slot.Bos() -> tokenizer.bos().ifPresent(bos -> ids.add(bos.id()));
                case Slot.Eos() -> tokenizer.eos().ifPresent(eos -> ids.add(eos.id()));
            }
        }
    }

    private int idOf(String token) {
        return tokenizer
                .idOf(token)
                .orElseThrow(() -> new UserError(
                        "template: %s needs the token %s, which this model's tokenizer does not have; choose the template that belongs to the model"
                                .formatted(template.name(), token)));
    }

    /** The content goes in first, so a turn number written in a user's text is filled in like the slot's own. */
    private static String fill(String slot, String content, String turn) {
        String filled = replaceFirst(slot, CONTENT, content);
        return turn.isEmpty() ? filled : replaceFirst(filled, TURN_NUMBER, turn);
    }

    private static String replaceFirst(String text, String mark, String value) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at) + value + text.substring(at + mark.length());
    }
}
