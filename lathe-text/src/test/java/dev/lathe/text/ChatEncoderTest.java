package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations as ids; {@link TemplateGoldensTest} compares every template. */
class ChatEncoderTest {
    private static final LocalDate TODAY = LocalDate.of(2025, 1, 2);

    /** goldens/data/sft_own.json, made by LLaMA-Factory 0.9.5 from own/own_alpaca.json. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "own_alpaca-chatml",
                "own_alpaca-chatml-default_system",
                "own_alpaca-default",
                "own_alpaca-llama2",
                "own_alpaca-alpaca",
                "own_alpaca-smollm2",
                "own_alpaca-empty",
                "own_alpaca-fewshot",
                "own_alpaca-vicuna"
            })
    void awkwardConversationsHaveTheReferencesIds(String name) {
        JsonNode golden = StreamSupport.stream(
                        Json.read(Reference.file("reference/goldens/data/sft_own.json"))
                                .get("cases")
                                .spliterator(),
                        false)
                .filter(c -> c.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
        JsonNode data = Json.read(Reference.file("reference/goldens/data/own/own_alpaca.json"));
        JsonNode args = golden.get("args");
        Template template = Templates.byName(args.get("template").asText());
        if (args.has("default_system")) {
            template = template.withDefaultSystem(args.get("default_system").asText());
        }
        Tokenizer loaded = args.get("model_name_or_path").asText().startsWith("SmolLM2")
                ? GgufTokenizerTest.smollm2()
                : Tokenizer.load(Reference.file("models/stories260K/hf"));
        ChatEncoder encoder = new ChatEncoder(template, ChatEncoder.fix(template, loaded), TODAY);
        assertThat(golden.get("rows")).isNotEmpty();
        for (JsonNode row : golden.get("rows")) {
            JsonNode source = data.get(row.get("row").asInt());
            IntStream.Builder ids = IntStream.builder();
            for (Turn turn : encoder.turns(alpaca(source), source.path("system").asText(""), "")) {
                IntStream.of(turn.source()).forEach(ids);
                IntStream.of(turn.target()).forEach(ids);
            }
            if (encoder.efficientEos()) {
                ids.add(encoder.tokenizer().eos().orElseThrow().id());
            }
            assertThat(ids.build().toArray())
                    .as("row %s", row.get("row"))
                    .isEqualTo(TokenizerGoldenTest.ids(row.get("input_ids")));
        }
    }

    private static List<Message> alpaca(JsonNode row) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : row.path("history")) {
            messages.add(new Message(Role.USER, turn.get(0).asText()));
            messages.add(new Message(Role.ASSISTANT, turn.get(1).asText()));
        }
        String question = Stream.of("instruction", "input")
                .map(column -> row.path(column).asText(""))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
        messages.add(new Message(Role.USER, question));
        messages.add(new Message(Role.ASSISTANT, row.get("output").asText("")));
        return messages;
    }

    @Test
    void aPromptIsTheConversationUpToTheAnswer() {
        ChatEncoder encoder = stories("default");
        Message question = new Message(Role.USER, "Hi {{idx}}");
        Message answer = new Message(Role.ASSISTANT, "Hello");
        List<Turn> turns = encoder.turns(List.of(question, answer, question, answer), "Be kind.", "");
        int[] prompt = encoder.prompt(List.of(question, answer, question), "Be kind.", "");
        int[] expected = Stream.of(
                        turns.get(0).source(),
                        turns.get(0).target(),
                        turns.get(1).source())
                .flatMapToInt(IntStream::of)
                .toArray();
        assertThat(prompt).isEqualTo(expected);
        assertThat(encoder.tokenizer().decode(turns.get(1).source(), true)).contains("Hi 1");
    }

    @Test
    void anEmptyListOfToolsMakesAnEmptySystemText() {
        ChatEncoder encoder = stories("vicuna");
        List<Message> question = List.of(new Message(Role.USER, "Hi"));
        ChatEncoder plain = new ChatEncoder(Templates.byName("chatml"), encoder.tokenizer(), TODAY);
        String text = encoder.tokenizer().decode(plain.prompt(question, "", "[]"), false);
        assertThat(text).startsWith("<|im_start|>system\n<|im_end|>\n");
    }

    @Test
    void toolsAndCallsThatCannotBeReadAreRefused() {
        ChatEncoder encoder = stories("chatml");
        Message question = new Message(Role.USER, "Hi");
        for (String tools : List.of("not json", "{\"name\": \"f\"}", "[{\"description\": \"no name\"}]", "null")) {
            assertThatThrownBy(() -> encoder.prompt(List.of(question), "", tools))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("tools must be a JSON list")
                    .hasMessageContaining(tools);
        }
        for (String call : List.of("not json", "{\"name\": \"f\"}", "{\"name\": 1, \"arguments\": {}}", "[1]", "")) {
            assertThatThrownBy(() -> encoder.turns(List.of(question, new Message(Role.FUNCTION, call)), "", ""))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("must be JSON with `name` and `arguments`")
                    .hasMessageContaining(call);
        }
    }

    @Test
    void aTokenThatATemplateNeedsMustBeThere() {
        Template needy = Templates.read(
                "needy", Json.parse("{\"user\": [{\"token\": \"<|nowhere|>\"}, \"{{content}}\"]}", "test"));
        ChatEncoder encoder = new ChatEncoder(needy, Tokenizer.load(Reference.file("models/stories260K/hf")), TODAY);
        assertThatThrownBy(() -> encoder.prompt(List.of(new Message(Role.USER, "Hi")), "", ""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("needs the token <|nowhere|>");
    }

    @Test
    void anUnknownTemplateNamesTheNearest() {
        assertThatThrownBy(() -> Templates.byName("chatlm"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("did you mean chatml?");
    }

    @Test
    void theTokenOfATemplateThatATokenizerLacksIsNamed() {
        ChatEncoder encoder = stories("chatglm3");
        assertThatThrownBy(() -> encoder.prompt(List.of(new Message(Role.USER, "Hi")), "", ""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("template: chatglm3 needs the token [gMASK]")
                .hasMessageContaining("choose the template that belongs to the model");
    }

    private static ChatEncoder stories(String template) {
        Template named = Templates.byName(template);
        return new ChatEncoder(
                named, ChatEncoder.fix(named, Tokenizer.load(Reference.file("models/stories260K/hf"))), TODAY);
    }
}
