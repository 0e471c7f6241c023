package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
