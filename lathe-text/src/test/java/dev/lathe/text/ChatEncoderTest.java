package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text and borders of every shipped template: llamafactory_template_goldens.json, made by LLaMA-Factory itself. */
class ChatEncoderTest {
    private static final String SYSTEM = "You are a helpful assistant.";

    static List<String> names() {
        return Templates.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void turnsAreTheSlotsEncodedOneByOne(String name) {
        JsonNode golden = Json.read(Reference.file("reference/llamafactory_template_goldens.json"));
        JsonNode expected = golden.at("/templates/" + name);
        Template template = Templates.byName(name);
        assertThat(template.defaultSystem())
                .isEqualTo(expected.get("default_system").asText());
        assertThat(template.efficientEos())
                .isEqualTo(expected.get("efficient_eos").asBoolean());
        assertThat(template.toolFormat()).isEqualTo(expected.get("tool_format").asText());
        List<String> stopWords = new ArrayList<>();
        expected.get("stop_words").forEach(word -> stopWords.add(word.asText()));
        assertThat(template.stopWords()).isEqualTo(stopWords);

        Tokenizer tokenizer = Tokenizer.load(Reference.file("models/stories260K/hf"));
        ChatEncoder encoder = new ChatEncoder(template, tokenizer);
        List<Message> messages = messages(golden.get("messages_plain"));
        assertThat(ids(encoder.turns(messages, "", ""))).isEqualTo(segments(expected.get("plain"), tokenizer));
        assertThat(ids(encoder.turns(messages, SYSTEM, ""))).isEqualTo(segments(expected.get("system"), tokenizer));
    }

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
        ChatEncoder encoder = new ChatEncoder(template, ChatEncoder.fix(template, loaded));
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
        ChatEncoder plain = new ChatEncoder(Templates.byName("chatml"), encoder.tokenizer());
        String text = encoder.tokenizer().decode(plain.prompt(question, "", "[]"), false);
        assertThat(text).startsWith("<|im_start|>system\n<|im_end|>\n");
    }

    @Test
    void whatCannotBeWrittenYetIsRefused() {
        ChatEncoder encoder = stories("chatml");
        List<Message> question = List.of(new Message(Role.USER, "Hi"));
        assertThatThrownBy(() -> encoder.prompt(question, "", "[{\"name\": \"f\"}]"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tools");
        assertThatThrownBy(() -> encoder.turns(
                        List.of(question.getFirst(), new Message(Role.FUNCTION, "{\"name\": \"f\"}")), "", ""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("calls of tools");
    }

    @Test
    void aTokenThatATemplateNeedsMustBeThere() {
        Template needy = Templates.read(
                "needy", Json.parse("{\"user\": [{\"token\": \"<|nowhere|>\"}, \"{{content}}\"]}", "test"));
        ChatEncoder encoder = new ChatEncoder(needy, Tokenizer.load(Reference.file("models/stories260K/hf")));
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

    private static ChatEncoder stories(String template) {
        Template named = Templates.byName(template);
        return new ChatEncoder(named, ChatEncoder.fix(named, Tokenizer.load(Reference.file("models/stories260K/hf"))));
    }

    private static List<Message> messages(JsonNode list) {
        List<Message> messages = new ArrayList<>();
        list.forEach(m -> messages.add(new Message(
                Role.valueOf(m.get("role").asText().toUpperCase(Locale.ROOT)),
                m.get("content").asText())));
        return messages;
    }

    private static List<List<Integer>> ids(List<Turn> turns) {
        List<List<Integer>> ids = new ArrayList<>();
        for (Turn turn : turns) {
            ids.add(IntStream.of(turn.source()).boxed().toList());
            ids.add(IntStream.of(turn.target()).boxed().toList());
        }
        return ids;
    }

    private static List<List<Integer>> segments(JsonNode golden, Tokenizer tokenizer) {
        List<List<Integer>> all = new ArrayList<>();
        for (JsonNode message : golden) {
            List<Integer> ids = new ArrayList<>();
            for (JsonNode segment : message) {
                if (segment.isTextual()) {
                    IntStream.of(tokenizer.encode(segment.asText())).forEach(ids::add);
                } else if (segment.has("bos")) {
                    ids.add(tokenizer.bos().orElseThrow().id());
                } else {
                    assertThat(segment.has("eos")).isTrue();
                    ids.add(tokenizer.eos().orElseThrow().id());
                }
            }
            all.add(ids);
        }
        return all;
    }
}
