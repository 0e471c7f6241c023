package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of apply_chat_template: goldens/data/chat_templates.json, made with transformers 5.6.0. */
class ChatTemplateTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final List<Message> HELLO = List.of(new Message(Role.USER, "hello"));

    @ParameterizedTest
    @ValueSource(strings = {"SmolLM2-135M-Instruct", "qwen3", "qwen2_5", "llama3", "gemma3", "mistral_nemo"})
    void rendersAsTransformersDoes(String name) {
        JsonNode golden = Json.read(Reference.file("reference/goldens/data/chat_templates.json"));
        JsonNode goldenCase = StreamSupport.stream(golden.get("cases").spliterator(), false)
                .filter(c -> c.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
        ChatTemplate template = name.startsWith("SmolLM2")
                ? ChatTemplate.of(GgufTokenizerTest.smollm2())
                : ofConfig(TokenizerGoldenTest.folder(name));
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode row : goldenCase.get("rows")) {
            String conversation = row.get("conversation").asText();
            ChatTemplate.Conversation input = new ChatTemplate.Conversation(
                    golden.get("conversations").get(conversation),
                    conversation.equals("tools") ? Optional.of(golden.get("tools")) : Optional.empty(),
                    Optional.empty(),
                    row.get("add_generation_prompt").asBoolean(),
                    row.path("kwargs").properties().stream()
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
            if (row.has("error")) {
                softly.assertThatThrownBy(() -> template.render(input))
                        .as(conversation)
                        .isInstanceOf(UserError.class)
                        .hasMessageContaining(row.get("message").asText());
            } else {
                softly.assertThatCode(() -> assertThat(template.render(input))
                                .isEqualTo(row.get("text").asText()))
                        .as(conversation)
                        .doesNotThrowAnyException();
            }
        }
        softly.assertAll();
        assertThat(goldenCase.get("rows").size()).isGreaterThanOrEqualTo(8);
    }

    @Test
    void theTemplatesOwnRefusalIsTheMessage() {
        assertThatThrownBy(() -> render("{{ raise_exception('roles must alternate') }}", HELLO))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("roles must alternate");
    }

    @Test
    void whatAUserSaysIsNeverReadAsJinja() {
        String hostile = "{{ 7 * 7 }}{% for m in messages %}x{% endfor %}{# gone #} <b>&'\"\\n";
        assertThat(render(
                        "{{ messages[0]['content'] }}|{{ messages[0].content }}",
                        List.of(new Message(Role.USER, hostile))))
                .isEqualTo(hostile + "|" + hostile);
    }

    @Test
    void whatIsNotGivenIsNone() {
        assertThat(render("{{ tools }} {{ documents }} {{ bos_token }} {{ eos_token is defined }}", HELLO))
                .isEqualTo("None None <s> False");
    }

    @Test
    void toolsDocumentsAndVariablesReachTheTemplate() {
        ChatTemplate template = ChatTemplate.of(
                "{{ tools|tojson }}{{ documents[0].title }}{{ enable_thinking }}{{ strftime_now('%d %b %Y') }}",
                Map.of(), CLOCK);
        ChatTemplate.Conversation conversation = new ChatTemplate.Conversation(
                Json.parse("[]", "test"),
                Optional.of(Json.parse("[{\"name\": \"f<é>\"}]", "test")),
                Optional.of(Json.parse("[{\"title\": \"T\"}]", "test")),
                true,
                Map.of("enable_thinking", Json.parse("false", "test")));
        assertThat(template.render(conversation)).isEqualTo("[{\"name\": \"f<é>\"}]TFalse02 Jan 2025");
    }

    @Test
    void aBrokenTemplateFailsWithAWayOut() {
        assertThatThrownBy(() -> render("a\n{{ messages[0].nothing.more }}", HELLO))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("Name a template instead");
        assertThatThrownBy(() -> render("{% for a in messages %}", HELLO)).isInstanceOf(UserError.class);
    }

    private static String render(String jinja, List<Message> messages) {
        return ChatTemplate.of(jinja, Map.of("bos_token", "<s>"), CLOCK).render(messages, true);
    }

    /** Without the vocabulary, which takes seconds to read. */
    private static ChatTemplate ofConfig(Path folder) {
        JsonNode config = Json.read(folder.resolve("tokenizer_config.json"));
        return ChatTemplate.of(
                config.get("chat_template").asText(),
                SpecialTokens.of(config, Json.object()).named(),
                CLOCK);
    }
}
