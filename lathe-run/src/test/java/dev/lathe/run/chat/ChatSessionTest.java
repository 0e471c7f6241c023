package dev.lathe.run.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.model.Generation;
import dev.lathe.model.Generation.StopReason;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.model.Sampling;
import dev.lathe.tensor.Torch;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
    private static final String FIRST = "Tell me about Lily and her big red ball.";
    private static final String SECOND = "What did her friend Tim do?";

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void anAnswerIsWhatTheModelWritesBehindTheWholeConversation() {
        Stories stories = Stories.load("default");
        try (ChatSession session = stories.session("You tell stories.", 20, 512)) {
            List<Message> messages = new ArrayList<>();
            int known = 0;
            for (String question : List.of(FIRST, SECOND, "And then?")) {
                messages.add(new Message(Role.USER, question));
                int[] prompt = stories.encoder().prompt(messages, "You tell stories.", "");
                List<String> pieces = new ArrayList<>();
                Answer answer = session.ask(question, pieces::add, () -> false);
                assertThat(answer.generation().ids()).isEqualTo(anew(stories, prompt, 20));
                assertThat(String.join("", pieces)).isEqualTo(answer.text()).isNotBlank();
                assertThat(pieces).hasSizeGreaterThan(5);
                assertThat(answer.text())
                        .isEqualTo(stories.encoder()
                                .tokenizer()
                                .decode(answer.generation().ids(), true));
                assertThat(answer.generation().promptTokens()).isEqualTo(prompt.length);
                assertThat(answer.generation().reusedTokens()).isGreaterThanOrEqualTo(known);
                known = prompt.length;
                messages.add(new Message(Role.ASSISTANT, answer.text()));
                assertThat(session.history()).isEqualTo(messages);
            }
        }
    }

    @Test
    void clearForgetsAndSystemHolds() {
        Stories stories = Stories.load("default");
        try (ChatSession session = stories.session("", 12, 512)) {
            Generation fresh = session.ask(FIRST, piece -> {}, () -> false).generation();
            Generation later = session.ask(FIRST, piece -> {}, () -> false).generation();
            assertThat(later.promptTokens()).isGreaterThan(2 * fresh.promptTokens());
            session.clear();
            assertThat(session.history()).isEmpty();
            Generation cleared = session.ask(FIRST, piece -> {}, () -> false).generation();
            assertThat(cleared.promptTokens()).isEqualTo(fresh.promptTokens());
            assertThat(cleared.ids()).isEqualTo(fresh.ids());
            session.clear();
            session.system("Once there was a dog.");
            int[] prompt =
                    stories.encoder().prompt(List.of(new Message(Role.USER, FIRST)), "Once there was a dog.", "");
            assertThat(session.ask(FIRST, piece -> {}, () -> false).generation().ids())
                    .isEqualTo(anew(stories, prompt, 12));
        }
    }

    @Test
    void theOldestIsForgottenWhenTheConversationNoLongerFits() {
        Stories stories = Stories.load("default");
        int context = 120;
        try (ChatSession session = stories.session("", 30, context)) {
            int forgotten = 0;
            for (int i = 0; i < 6; i++) {
                Answer answer = session.ask("Question " + i + ": " + SECOND, piece -> {}, () -> false);
                forgotten += answer.forgotten();
                assertThat(session.history()).hasSize(2 * (i + 1 - forgotten));
                assertThat(answer.generation().promptTokens()).isLessThanOrEqualTo(context - 30);
                List<Message> asked =
                        session.history().subList(0, session.history().size() - 1);
                assertThat(answer.generation().ids())
                        .isEqualTo(anew(stories, stories.encoder().prompt(asked, "", ""), 30));
            }
            assertThat(forgotten).isGreaterThan(1);
        }
    }

    @Test
    void aQuestionThatNeverFitsIsRefusedAndChangesNothing() {
        Stories stories = Stories.load("default");
        try (ChatSession session = stories.session("", 30, 64)) {
            session.ask("Who?", piece -> {}, () -> false);
            List<Message> before = session.history();
            assertThatThrownBy(() -> session.ask(SECOND.repeat(20), piece -> {}, () -> false))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("may have 64 together: shorten it");
            assertThat(session.history()).isEqualTo(before);
        }
    }

    @Test
    void anInterruptedAnswerStaysAsFarAsItCame() {
        Stories stories = Stories.load("default");
        try (ChatSession session = stories.session("", 30, 512)) {
            List<String> pieces = new ArrayList<>();
            Answer answer = session.ask(FIRST, pieces::add, () -> pieces.size() >= 4);
            assertThat(answer.generation().reason()).isEqualTo(StopReason.INTERRUPTED);
            assertThat(session.history().getLast()).isEqualTo(new Message(Role.ASSISTANT, answer.text()));
            Answer none = session.ask(SECOND, pieces::add, () -> true);
            assertThat(none.text()).isEmpty();
            assertThat(session.history()).hasSize(2);
        }
    }

    @Test
    void theTokenThatEndsAnAnswerIsShownOnlyWithSpecialTokens() {
        Stories stories = Stories.load("default");
        int stop = stories.encoder().tokenizer().eos().orElseThrow().id();
        for (boolean skip : new boolean[] {true, false}) {
            List<String> pieces = new ArrayList<>();
            AnswerText text = new AnswerText(stories.encoder().tokenizer(), Set.of(stop), skip, pieces::add);
            IntStream.concat(Arrays.stream(stories.encoder().tokenizer().encode("the end")), IntStream.of(stop))
                    .forEach(text::add);
            assertThat(text.finish()).isEqualTo("the end");
            assertThat(String.join("", pieces)).isEqualTo(skip ? "the end" : "the end<s>");
        }
    }

    private static int[] anew(Stories stories, int[] prompt, int tokens) {
        try (KvCache cache = KvCache.of(stories.decoder().spec())) {
            GenerationRequest request = new GenerationRequest(
                    prompt, tokens, Integer.MAX_VALUE, stories.encoder().stopIds(), Sampling.GREEDY);
            Generation generation = new Generator(stories.decoder(), InstantSource.system())
                    .generate(request, cache, id -> {}, () -> false);
            return generation.ids();
        }
    }
}
