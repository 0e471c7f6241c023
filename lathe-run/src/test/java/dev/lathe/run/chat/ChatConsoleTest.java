package dev.lathe.run.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.Torch;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatConsoleTest {
    private static final String QUESTION = "Tell me about Lily and her big red ball.";

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void streamsAnswersAndKeepsTheConversation() {
        Stories stories = Stories.load("default");
        try (ChatSession alone = stories.session("", 10, 512)) {
            String first = alone.ask(QUESTION, piece -> {}, () -> false).text();
            String second = alone.ask("And?", piece -> {}, () -> false).text();
            String shown = talk(stories, 512, () -> false, QUESTION, "And?", "/clear", "", QUESTION, "exit", "unread");
            assertThat(shown)
                    .contains("User: Assistant: " + first + "\n(cut off after 10 tokens)\n\nUser: ")
                    .contains("User: Assistant: " + second + "\n(cut off")
                    .contains("User: The conversation is forgotten.\n\nUser: \nUser: Assistant: " + first + "\n")
                    .endsWith("User: ")
                    .doesNotContain("a second)");
        }
    }

    @Test
    void endOfInputLeaves() {
        assertThat(talk(Stories.load("default"), 512, () -> false)).endsWith("User: \n");
    }

    @Test
    void commandsAnswerForThemselves() {
        String shown = talk(
                Stories.load("default"),
                512,
                () -> false,
                "/help",
                "/Stats",
                "/frobnicate now",
                "/system You bark.",
                "/system",
                "/",
                "clear",
                "/exit");
        assertThat(shown)
                .contains("/system TEXT   tell the model who it is")
                .contains("Speed is shown after each answer.")
                .contains("There is no command /frobnicate; /help lists them.")
                .contains("System text: You bark.")
                .contains("The template's own system text holds.")
                .contains("There is no command /;")
                .contains("The conversation is forgotten.")
                .doesNotContain("Assistant:");
    }

    @Test
    void speedIsShownWhenAskedFor() {
        assertThat(talk(Stories.load("default"), 512, () -> false, "/stats", QUESTION, "And?"))
                .containsPattern("\\(\\d+ tokens of prompt, 0 of them known, in \\d+\\.\\d\\d s; 10 tokens of answer in"
                        + " \\d+\\.\\d\\d s, \\d+\\.\\d a second\\)")
                .containsPattern("prompt, [1-9]\\d* of them known");
    }

    @Test
    void anAnswerCanBeStoppedAndTheTalkGoesOn() {
        AtomicInteger asked = new AtomicInteger();
        String shown =
                talk(Stories.load("default"), 512, () -> asked.incrementAndGet() == 4, QUESTION, "And?", "/exit");
        assertThat(shown).contains("(stopped)").contains("(cut off after 10 tokens)");
    }

    @Test
    void whatDoesNotFitIsSaid() {
        String shown = talk(
                Stories.load("default"), 64, () -> false, QUESTION, QUESTION, QUESTION.repeat(9), "/usr/bin is what?");
        assertThat(shown)
                .contains("(the conversation has become too long: its first question is forgotten)")
                .contains("tokens, but question and answer may have 64 together: shorten it)")
                .containsOnlyOnce("shorten it")
                .containsPattern("shorten it\\)\n\nUser: Assistant: [^\n]+\n\\(cut off after 10 tokens\\)");
    }

    private static String talk(Stories stories, int contextLength, BooleanSupplier interrupted, String... lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String input = lines.length == 0 ? "" : String.join("\n", lines) + "\n";
        try (ChatSession session = stories.session("", 10, contextLength);
                PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            new ChatConsole(session, new StringReader(input), out, interrupted).run();
        }
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
