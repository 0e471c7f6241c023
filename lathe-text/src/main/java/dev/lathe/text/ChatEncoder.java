package dev.lathe.text;

import dev.lathe.base.UserError;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
    private final LocalDate today;
    private final Thoughts thoughts;
    private final ToolFormat tools;
    private final ToolFormat calls;

    /**
     * @param tokenizer one that {@link #fix} made ready for the template
     * @param today some models are told which day it is when they are offered tools
     */
    public ChatEncoder(Template template, Tokenizer tokenizer, LocalDate today) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.today = today;
        this.thoughts = new Thoughts(template);
        this.tools = ToolFormats.byName(template.toolFormat());
        this.calls = ToolFormats.byName(template.functionFormat());
    }

    /** The same with another tokenizer, which was made ready for the template too. */
    public ChatEncoder with(Tokenizer other) {
        return new ChatEncoder(template, other, today);
    }

    /** What a template does to a tokenizer before either is used: end and padding tokens, stop words, chat template. */
    public static Tokenizer fix(Template template, Tokenizer tokenizer) {
        return TemplateTokenizer.fixed(template, tokenizer);
    }

    /** Throws {@link UserError} for tools, and calls of tools, that are not written as they must be. */
    @Override
    public List<Turn> turns(List<Message> messages, String system, String tools) {
        return turns(messages, system, tools, false);
    }

    @Override
    public List<Turn> turnsForLastAnswer(List<Message> messages, String system, String tools) {
        return turns(messages, system, tools, !template.preserveThinking());
    }

    private List<Turn> turns(List<Message> messages, String system, String tools, boolean forgetThoughts) {
        checkPairs(messages);
        boolean forgets = forgetThoughts && thoughts.exist();
        List<Message> said = thoughts.wanted(forgets ? thoughts.ofLastAnswer(messages) : messages);
        List<int[]> encoded = encode(said, system, tools);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < encoded.size(); i += 2) {
            Turn turn = new Turn(encoded.get(i), encoded.get(i + 1));
            turns.add(forgets && i < encoded.size() - 2 ? turn : withThought(turn, said.get(i + 1)));
        }
        return turns;
    }

    @Override
    public Turn lastTurn(List<Message> messages, String system, String tools) {
        checkPairs(messages);
        List<Message> kept = template.preserveThinking() ? messages : thoughts.ofLastAnswer(messages);
        List<Message> said = new ArrayList<>(kept.subList(0, kept.size() - 1));
        said.addAll(thoughts.wanted(List.of(kept.getLast())));
        List<int[]> encoded = encode(said, system, tools);
        return withThought(new Turn(joined(encoded.subList(0, encoded.size() - 1)), encoded.getLast()), said.getLast());
    }

    /** Ids up to where the model is to answer the last message, which is a question. */
    public int[] prompt(List<Message> messages, String system, String tools) {
        List<Message> conversation = new ArrayList<>(messages);
        conversation.add(new Message(Role.ASSISTANT, ""));
        return lastTurn(conversation, system, tools).source();
    }

    /** What the description of tools says, if it says the day. */
    @Override
    public String toolsIdentity() {
        return tools.namesTheDay() ? today.toString() : "";
    }

    /** The calls of tools in an answer; empty when it is text. */
    public Optional<List<ToolCall>> toolCalls(String answer) {
        return tools.read(answer);
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

    private static void checkPairs(List<Message> messages) {
        if (messages.isEmpty() || messages.size() % 2 != 0) {
            throw new IllegalArgumentException(
                    "questions and answers do not pair: %d messages".formatted(messages.size()));
        }
    }

    /** An answer without a thought gets an empty one: to be learnt, or, where answers need not think, to be read. */
    private Turn withThought(Turn turn, Message answer) {
        if (!thoughts.exist() || !thoughts.areMissingFrom(answer)) {
            return turn;
        }
        int[] empty = tokenizer.encode(thoughts.empty());
        return template.enableThinking().orElse(false)
                ? new Turn(turn.source(), joined(List.of(empty, turn.target())))
                : new Turn(joined(List.of(turn.source(), empty)), turn.target());
    }

    private static int[] joined(List<int[]> parts) {
        return parts.stream().flatMapToInt(IntStream::of).toArray();
    }

    private List<int[]> encode(List<Message> messages, String system, String offered) {
        List<int[]> encoded = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            IntStream.Builder ids = IntStream.builder();
            String inFront = "";
            if (i == 0) {
                add(ids, template.prefix(), "", "");
                Optional<String> text = systemText(system, offered);
                if (text.isPresent() && template.kind() == Template.Kind.LLAMA2) {
                    inFront = systemInUserText(text.get());
                } else if (text.isPresent()) {
                    add(ids, template.system(), text.get(), "");
                }
            }
            add(ids, messages.get(i), inFront, i / 2);
            encoded.add(ids.build().toArray());
        }
        return encoded;
    }

    /** System text and description of tools. A list of no tools makes a system text appear that is empty. */
    private Optional<String> systemText(String system, String offered) {
        String text = system.isEmpty() ? template.defaultSystem() : system;
        if (offered.isBlank()) {
            return Optional.of(text).filter(words -> !words.isEmpty());
        }
        String description = tools.describe(offered, today);
        if (text.isEmpty() && template.kind() == Template.Kind.MOSS_VL) {
            description = description.substring(Thoughts.lineFeeds(description));
        }
        return Optional.of(text + description);
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
            case FUNCTION -> {
                CallMessage called = CallMessage.parse(content, template);
                add(ids, template.function(), called.inFront() + calls.write(called.calls()), "");
            }
            case SYSTEM ->
                throw new IllegalArgumentException("the system text is an argument of its own, not a message");
        }
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
