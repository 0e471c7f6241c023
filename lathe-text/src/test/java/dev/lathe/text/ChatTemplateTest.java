package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of apply_chat_template: goldens/data/chat_templates.json, made with transformers 5.6.0. */
class ChatTemplateTest {
    private static final List<Message> HELLO = List.of(new Message(Role.USER, "hello"));

    @ParameterizedTest
    @ValueSource(strings = {"SmolLM2-135M-Instruct", "qwen2_5", "llama3", "gemma3", "mistral_nemo"})
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
        int compared = 0;
        for (JsonNode row : goldenCase.get("rows")) {
            String conversation = row.get("conversation").asText();
            if (conversation.equals("tools") || row.has("error")) {
                continue;
            }
            List<Message> messages = messages(golden.get("conversations").get(conversation));
            softly.assertThatCode(() -> assertThat(template.render(
                                    messages, row.get("add_generation_prompt").asBoolean()))
                            .isEqualTo(row.get("text").asText()))
                    .as(conversation)
                    .doesNotThrowAnyException();
            compared++;
        }
        softly.assertAll();
        assertThat(compared).isGreaterThanOrEqualTo(4);
    }

    @Test
    void aTemplateBeyondLathesJinjaFailsWithAWayOut() {
        ChatTemplate template = ofConfig(TokenizerGoldenTest.folder("qwen3"));
        assertThatThrownBy(() -> template.render(HELLO, true))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("Name a template instead");
    }

    @Test
    void theTemplatesOwnRefusalIsTheMessage() {
        ChatTemplate template = ChatTemplate.of("{{ raise_exception('roles must alternate') }}", Map.of());
        assertThatThrownBy(() -> template.render(HELLO, true))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("roles must alternate");
    }

    @Test
    void whatAUserSaysIsNeverReadAsJinja() {
        ChatTemplate template = ChatTemplate.of("{{ messages[0]['content'] }}|{{ messages[0].content }}", Map.of());
        String hostile = "{{ 7 * 7 }}{% for m in messages %}x{% endfor %}{# gone #} <b>&'\"\\n";
        assertThat(template.render(List.of(new Message(Role.USER, hostile)), false))
                .isEqualTo(hostile + "|" + hostile);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a %}{% endfor %}{% endfor %}",
                "{% for a in range(100000) %}{{ messages[0]['content'] ~ '12345678901234567890' }}{% endfor %}",
                "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
                "{{ 'x'.repeat(2000000000) }}",
                "{% include 'dev/lathe/text/templates.json' %}",
                "{% for a in messages %}",
                "{{ messages[0",
                "{{ messages | nosuchfilter }}"
            })
    void aHostileOrBrokenTemplateEndsSoonWithAReason(String jinja) {
        List<Message> messages = List.of(new Message(Role.USER, "x".repeat(1000)));
        assertThatThrownBy(() -> ChatTemplate.of(jinja, Map.of()).render(messages, true))
                .isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                // what Jinja2 3.1 with trim_blocks and lstrip_blocks gives
                "\"a\\n  {% if true %}\\n  b\\n  {% endif %}\\nc\",\"a\\n  b\\nc\"",
                "\"a {%- if true -%} b {%- endif %} c\",\"ab c\"",
                "\"  {{ 'x' }}\\n  {# gone #}\\ny\\n\",\"  x\\ny\"",
                "\"x  {% if true %}y{% endif %}\",\"x  y\"",
                "\"  {%+ if true %}y{% endif +%}\\nz\",\"  y\\nz\"",
                "\"{{ '%} }}' }}{{ {'a': 'b'}['a'] }}\",\"%} }}b\"",
                "\"{\\n{%- if true %}1{% endif %}}\",\"{1}\""
            })
    void whiteSpaceAroundTagsIsRemovedAsHuggingFaceDoes(String jinja, String text) {
        ChatTemplate template = ChatTemplate.of(jinja.replace("\\n", "\n"), Map.of());
        assertThat(template.render(HELLO, true)).isEqualTo(text.replace("\\n", "\n"));
    }

    /** Without the vocabulary, which takes seconds to read. */
    private static ChatTemplate ofConfig(Path folder) {
        JsonNode config = Json.read(folder.resolve("tokenizer_config.json"));
        return ChatTemplate.of(
                config.get("chat_template").asText(),
                SpecialTokens.of(config, Json.object()).named());
    }

    static List<Message> messages(JsonNode conversation) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : conversation) {
            Role role = Role.valueOf(message.get("role").asText().toUpperCase(Locale.ROOT));
            messages.add(new Message(role, message.get("content").asText()));
        }
        return messages;
    }
}
