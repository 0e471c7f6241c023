package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template does to a tokenizer: goldens/data/template_tokenizer.json, made by LLaMA-Factory 0.9.5. */
class TemplateTokenizerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SmolLM2-135M-Instruct / chatml",
                "SmolLM2-135M-Instruct / smollm2",
                "SmolLM2-135M-Instruct / None",
                "stories260K / default",
                "stories260K / alpaca",
                "stories260K / llama2",
                "stories260K / None",
                "qwen3 / qwen3",
                "qwen2_5 / None",
                "llama3 / llama3",
                "llama3 / llama2",
                "mistral_nemo / mistral",
                "gemma3 / gemma"
            })
    void fixesTheTokenizerAsLlamaFactoryDoes(String name) {
        JsonNode golden = StreamSupport.stream(
                        Json.read(Reference.file("reference/goldens/data/template_tokenizer.json"))
                                .get("cases")
                                .spliterator(),
                        false)
                .filter(c -> c.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
        String[] parts = name.split(" / ", -1);
        Tokenizer loaded = parts[0].startsWith("SmolLM2")
                // The golden's conversion from GGUF took this token for the end of a text; the file says <|im_end|>.
                ? GgufTokenizerTest.smollm2().withEos("<|im_start|>")
                : Tokenizer.load(TokenizerGoldenTest.folder(parts[0]));
        Template template = parts[1].equals("None") ? Templates.of(loaded) : Templates.byName(parts[1]);
        Tokenizer tokenizer = ChatEncoder.fix(template, loaded);
        ChatEncoder encoder = new ChatEncoder(template, tokenizer, LocalDate.EPOCH);

        assertThat(template.defaultSystem())
                .isEqualTo(golden.get("default_system").asText());
        assertThat(tokenizer.size()).isEqualTo(golden.at("/tokenizer/size").asInt());
        assertThat(tokenizer.bos().map(SpecialToken::id).orElse(-1))
                .isEqualTo(golden.at("/tokenizer/bos/1").asInt(-1));
        assertThat(tokenizer.eos().map(SpecialToken::id).orElse(-1))
                .isEqualTo(golden.at("/tokenizer/eos/1").asInt(-1));
        if (!parts[0].startsWith("SmolLM2")) { // the conversion also lost the file's pad
            assertThat(tokenizer.pad().map(SpecialToken::id).orElse(-1))
                    .isEqualTo(golden.at("/tokenizer/pad/1").asInt(-1));
        }
        Set<Integer> stops = new TreeSet<>();
        golden.get("stop_token_ids").forEach(id -> stops.add(id.asInt()));
        assertThat(encoder.stopIds()).isEqualTo(stops);
        assertThat(tokenizer.chatTemplate())
                .contains(golden.get("chat_template").asText());
        assertThat(encoder.ollamaModelfile())
                .isEqualTo(golden.get("ollama_modelfile").asText().replace("by llamafactory", "by lathe"));
        JsonNode slots = golden.get("slots");
        assertThat(slots(slots, "prefix")).isEqualTo(template.prefix());
        assertThat(slots(slots, "system")).isEqualTo(template.system());
        assertThat(slots(slots, "user")).isEqualTo(template.user());
        assertThat(slots(slots, "assistant")).isEqualTo(template.assistant());
        assertThat(slots(slots, "observation")).isEqualTo(template.observation());
        assertThat(slots(slots, "function")).isEqualTo(template.function());
    }

    /**
     * The slots that LLaMA-Factory's own test asserts of this model's chat template, compared with its text
     * (tests/data/test_template.py, test_parse_qwen3_template): the goldens have no case of it.
     */
    @Test
    void readsATemplateOffQwen3() {
        Template template = Templates.of(Tokenizer.load(TokenizerGoldenTest.folder("qwen3")));
        assertThat(template.kind()).isEqualTo(Template.Kind.REASONING);
        assertThat(template.prefix()).isEmpty();
        assertThat(template.system()).containsExactly(new Slot.Text("<|im_start|>system\n{{content}}<|im_end|>\n"));
        assertThat(template.user())
                .containsExactly(new Slot.Text("<|im_start|>user\n{{content}}<|im_end|>\n<|im_start|>assistant\n"));
        assertThat(template.assistant()).containsExactly(new Slot.Text("{{content}}<|im_end|>\n"));
        assertThat(template.defaultSystem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages[0].content * 50 if messages|length == 1 and messages[0].role == 'system' else 'x' }}",
                "{{ messages|length }}",
                "{{ messages[-1].content.upper() }}{{ range(messages|length)|list }}",
                ""
            })
    void aChatTemplateWithoutTurnsIsRefusedOrRead(String jinja) {
        Tokenizer tokenizer = GgufTokenizerTest.smollm2().withChatTemplate(jinja);
        try {
            assertThat(Templates.of(tokenizer).user()).isNotEmpty();
        } catch (UserError e) {
            assertThat(e).hasMessageContaining("no template can be read off");
        }
    }

    /** As the reference's parse_template does: a chat template that writes thoughts makes a reasoning template. */
    @Test
    void aModelThatThinksGivesATemplateThatThinks() {
        String jinja = """
                {{- bos_token }}{%- for message in messages %}{%- if message.role == 'assistant' %}
                {{- '<think>\n\n</think>\n\n' + message.content + '<|im_end|>\n' }}{%- else %}
                {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
                {%- if message.role == 'user' %}{{- '<|im_start|>assistant\n' }}{%- endif %}{%- endif %}{%- endfor %}""";
        Tokenizer stories =
                Tokenizer.load(TokenizerGoldenTest.folder("stories260K")).withChatTemplate(jinja);
        Template read = Templates.of(stories);
        Template named = Templates.byName("qwen3");
        assertThat(read.kind()).isEqualTo(Template.Kind.REASONING);
        assertThat(read.system()).isEqualTo(named.system());
        assertThat(read.user()).isEqualTo(named.user());
        assertThat(read.assistant()).isEqualTo(named.assistant());
        assertThat(read.thoughtWords()).isEqualTo(named.thoughtWords());
        assertThat(read.toolFormat()).isEqualTo("default");
        ChatEncoder encoder = new ChatEncoder(read.withThinking(Optional.of(false), false), stories, LocalDate.EPOCH);
        assertThat(encoder.prompt(List.of(new Message(Role.USER, "Hi")), "", ""))
                .endsWith(stories.encode("<think>\n\n</think>\n\n"));
    }

    private static List<Slot> slots(JsonNode golden, String part) {
        List<Slot> slots = new ArrayList<>();
        for (JsonNode slot : golden.get(part)) {
            slots.add(
                    slot.isTextual()
                            ? new Slot.Text(slot.asText())
                            : slot.get(0).asText().equals("bos_token") ? new Slot.Bos() : new Slot.Eos());
        }
        return slots;
    }
}
