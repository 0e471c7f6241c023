package dev.lathe.run.chat;

import dev.lathe.base.UserError;
import dev.lathe.model.Decoder;
import dev.lathe.model.Generation;
import dev.lathe.model.Generation.StopReason;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A conversation with a model. The model reads only what is new in each turn: the cache keeps what the last prompt and
 * answer have in common with the next prompt. For the thread that libtorch was started on.
 */
public final class ChatSession implements AutoCloseable {
    private final Generator generator;
    private final ChatEncoder encoder;
    private final Set<Integer> stopIds;
    private final KvCache cache;
    private final List<Message> history = new ArrayList<>();
    private ChatSettings settings;

    /** @param encoder with a tokenizer that was made ready for its template; its stop ids end answers */
    public ChatSession(Decoder decoder, ChatEncoder encoder, ChatSettings settings, InstantSource clock) {
        this.generator = new Generator(decoder, clock);
        this.encoder = encoder;
        this.stopIds = encoder.stopIds();
        this.cache = KvCache.of(decoder.spec());
        this.settings = settings;
    }

    /**
     * Asks, and streams the answer. Both become part of the conversation, an interrupted answer as far as it came.
     *
     * @param pieces is given the answer's text as it grows
     * @param interrupted asked before each token; true ends the answer
     * @throws UserError when the question alone does not fit; the conversation is then as before
     */
    public Answer ask(String question, Consumer<String> pieces, BooleanSupplier interrupted) {
        List<Message> messages = new ArrayList<>(history);
        messages.add(new Message(Role.USER, question));
        int[] prompt = fitting(messages);
        int forgotten = (history.size() + 1 - messages.size()) / 2;
        AnswerText text = new AnswerText(encoder.tokenizer(), stopIds, settings.skipSpecialTokens(), pieces);
        GenerationRequest request = new GenerationRequest(
                prompt, settings.maxNewTokens(), settings.contextLength(), stopIds, settings.sampling());
        Generation generation = generator.generate(request, cache, text::add, interrupted);
        String said = text.finish();
        if (generation.reason() != StopReason.INTERRUPTED || !said.isEmpty()) {
            messages.add(new Message(Role.ASSISTANT, said));
            history.clear();
            history.addAll(messages);
        }
        return new Answer(said, forgotten, generation);
    }

    /** Forgets the conversation; the system text stays. */
    public void clear() {
        history.clear();
    }

    /** Takes {@code earlier} for what was said so far: questions and answers in turn. */
    public void recall(List<Message> earlier) {
        history.clear();
        history.addAll(earlier);
    }

    /** Sets the system text from the next question on; empty for the template's own. */
    public void system(String text) {
        settings = settings.withSystem(text);
    }

    /** What was said so far, and is not forgotten. */
    public List<Message> history() {
        return List.copyOf(history);
    }

    @Override
    public void close() {
        cache.close();
    }

    /** The ids of {@code messages}, of which the first are taken away until there is room for an answer. */
    private int[] fitting(List<Message> messages) {
        while (true) {
            int[] prompt = encoder.prompt(messages, settings.system(), "");
            boolean last = messages.size() == 1;
            if (prompt.length + (last ? 1 : settings.room()) <= settings.contextLength()) {
                return prompt;
            }
            if (last) {
                throw new UserError(
                        "this question, with the system text, has %d tokens, but question and answer may have %d together: shorten it"
                                .formatted(prompt.length, settings.contextLength()));
            }
            messages.removeFirst();
            messages.removeFirst();
        }
    }
}
