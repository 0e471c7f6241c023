package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every template, text and borders: llamafactory_template_goldens.json, made by LLaMA-Factory itself. */
class TemplateGoldensTest {
    private static final String SYSTEM = "You are a helpful assistant.";
    private static final LocalDate DAY_OF_THE_GOLDENS = LocalDate.of(2025, 1, 2);

    /** Where the reference trains a call that its own prompt forbids, and its own parser cannot read. */
    private static final Map<String, UnaryOperator<String>> RIGHT = Map.of(
            "minimax2",
            text -> text.replace("<invoke", "<minimax:tool_call>\n<invoke")
                    .replace("</invoke>", "</invoke>\n</minimax:tool_call>"),
            "glm4_moe",
            text -> text + "\n</tool_call>",
            "seed_oss",
            text -> text.replace("<function=get_weather\n", "<function=get_weather>\n"));

    static List<String> names() {
        return Templates.names();
    }

    static Stream<String> reasoning() {
        return names().stream().filter(name -> Templates.byName(name).reasons());
    }

    private static JsonNode goldens() {
        return Json.read(Reference.file("reference/llamafactory_template_goldens.json"));
    }

    @Test
    void everyTemplateOfTheReferenceIsHere() {
        TreeSet<String> expected = new TreeSet<>();
        goldens().get("templates").fieldNames().forEachRemaining(expected::add);
        assertThat(names()).hasSize(124).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("names")
    void factsAreTheReferences(String name) {
        JsonNode golden = goldens().at("/templates").get(name);
        Template template = Templates.byName(name);
        assertThat(template.defaultSystem())
                .isEqualTo(golden.get("default_system").asText());
        assertThat(template.stopWords()).isEqualTo(strings(golden.get("stop_words")));
        assertThat(template.efficientEos())
                .isEqualTo(golden.get("efficient_eos").asBoolean());
        assertThat(template.replaceEos()).isEqualTo(golden.get("replace_eos").asBoolean());
        assertThat(template.replaceJinjaTemplate())
                .isEqualTo(golden.get("replace_jinja_template").asBoolean());
        assertThat(List.of(
                        template.thoughtWords().open(), template.thoughtWords().close()))
                .isEqualTo(strings(golden.get("thought_words")));
        assertThat(List.of(
                        template.toolCallWords().open(),
                        template.toolCallWords().close()))
                .isEqualTo(strings(golden.get("tool_call_words")));
        // phi4_mini's tools are written by a slot of the template and have no format there
        assertThat(template.toolFormat()).isEqualTo(golden.get("tool_format").asText("phi4_mini"));
        assertThat(template.functionFormat())
                .isEqualTo(golden.get("function_format").asText());
        assertThat(template.enableThinking()).contains(true);
        assertThat(template.preserveThinking()).isFalse();
        String kind = golden.get("class").asText();
        assertThat(template.kind())
                .isEqualTo(
                        switch (kind) {
                            case "Template" -> Template.Kind.PLAIN;
                            case "Llama2Template" -> Template.Kind.LLAMA2;
                            case "ReasoningTemplate" -> Template.Kind.REASONING;
                            case "Glm47ReasoningTemplate" -> Template.Kind.GLM47_REASONING;
                            case "MossVLTemplate" -> Template.Kind.MOSS_VL;
                            default -> throw new AssertionError(kind);
                        });
    }

    @ParameterizedTest
    @MethodSource("names")
    void turnsAreTheSlotsEncodedOneByOne(String name) {
        JsonNode goldens = goldens();
        JsonNode golden = goldens.at("/templates").get(name);
        ChatEncoder encoder = encoder(Templates.byName(name));
        List<Message> plain = messages(goldens.get("messages_plain"));
        assertThat(ids(encoder.turns(plain, "", ""))).isEqualTo(turns(golden.get("plain"), encoder));
        assertThat(ids(encoder.turns(plain, SYSTEM, ""))).isEqualTo(turns(golden.get("system"), encoder));
    }

    @ParameterizedTest
    @MethodSource("names")
    void toolsAndCallsAreWrittenAsTheModelWasToldTo(String name) {
        JsonNode goldens = goldens();
        JsonNode golden = goldens.at("/templates").get(name);
        ChatEncoder encoder = encoder(Templates.byName(name));
        List<Message> messages = messages(goldens.get("messages_tools"));
        String tools = goldens.get("tools_json").asText();
        assertThat(ids(encoder.turns(messages, "", tools))).isEqualTo(turns(golden.get("tools"), encoder));
        assertThat(ids(encoder.turns(messages, SYSTEM, tools))).isEqualTo(turns(golden.get("system+tools"), encoder));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aCallIsFoundInItsOwnText(String name) {
        Template template = Templates.byName(name);
        ToolFormat format = ToolFormats.byName(template.functionFormat());
        CallMessage message =
                CallMessage.parse(goldens().at("/messages_tools/1/content").asText(), template);
        assertThat(format.read(format.write(message.calls()))).contains(message.calls());
        assertThat(encoder(template).toolCalls("It is 20 degrees.")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("reasoning")
    void thoughtsAreTheReferences(String name) {
        JsonNode golden = goldens().at("/templates").get(name).get("reasoning");
        assertThat(golden).isNotEmpty();
        Template.Words words = Templates.byName(name).thoughtWords();
        List<Message> messages = List.of(
                new Message(Role.USER, "Q1"),
                new Message(Role.ASSISTANT, words.open() + "thought one" + words.close() + "A1"),
                new Message(Role.USER, "Q2"),
                new Message(Role.ASSISTANT, "A2"));
        Map<String, Optional<Boolean>> enabled =
                Map.of("True", Optional.of(true), "False", Optional.of(false), "None", Optional.empty());
        enabled.forEach((written, enable) -> {
            for (boolean flag : new boolean[] {false, true}) {
                String python = flag ? "True" : "False";
                ChatEncoder once = encoder(Templates.byName(name).withThinking(enable, flag));
                Turn turn = once.lastTurn(messages, "", "");
                JsonNode oneTurn = golden.get("oneturn enable=%s preserve=%s".formatted(written, python));
                assertThat(ids(List.of(turn))).isEqualTo(List.of(ids(oneTurn.get(0), once), ids(oneTurn.get(1), once)));
                assertThat(once.prompt(messages.subList(0, 3), "", ""))
                        .as("an answer that is not there yet has no thought either")
                        .isEqualTo(turn.source());

                ChatEncoder all = encoder(Templates.byName(name).withThinking(enable, false));
                List<Turn> turns = flag ? all.turnsForLastAnswer(messages, "", "") : all.turns(messages, "", "");
                JsonNode many = golden.get("multiturn enable=%s discard=%s".formatted(written, python));
                List<List<Integer>> expected = new ArrayList<>();
                many.forEach(pair -> pair.forEach(side -> expected.add(ids(side, all))));
                assertThat(ids(turns)).isEqualTo(expected);
            }
        });
    }

    /** With the tokens that some templates name, so that their ids can be compared too. */
    private static ChatEncoder encoder(Template template) {
        Tokenizer tokenizer = Tokenizer.load(Reference.file("models/stories260K/hf"))
                .withAdditionalSpecialTokens(List.of(
                        "[gMASK]", "sop", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>", "<sep>"));
        return new ChatEncoder(template, tokenizer, DAY_OF_THE_GOLDENS);
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

    /** The golden encoded every message by itself: an answer of a reasoning template gets its empty thought here. */
    private static List<List<Integer>> turns(JsonNode golden, ChatEncoder encoder) {
        Template template = encoder.template();
        List<List<Integer>> all = new ArrayList<>();
        for (JsonNode message : golden) {
            List<Integer> ids = new ArrayList<>();
            if (template.reasons() && all.size() % 2 == 1) {
                IntStream.of(encoder.tokenizer().encode(new Thoughts(template).empty()))
                        .forEach(ids::add);
            }
            ids.addAll(ids(right(message, template), encoder));
            all.add(ids);
        }
        return all;
    }

    private static JsonNode right(JsonNode message, Template template) {
        UnaryOperator<String> right = RIGHT.getOrDefault(template.functionFormat(), text -> text);
        ArrayNode segments = Json.MAPPER.createArrayNode();
        for (JsonNode segment : message) {
            boolean call = segment.asText().contains("get_weather")
                    && !segment.asText().contains("Get weather of a city.");
            segments.add(call ? segments.textNode(right.apply(segment.asText())) : segment);
        }
        return segments;
    }

    private static List<Integer> ids(JsonNode message, ChatEncoder encoder) {
        Tokenizer tokenizer = encoder.tokenizer();
        List<Integer> ids = new ArrayList<>();
        for (JsonNode segment : message) {
            if (segment.isTextual()) {
                IntStream.of(tokenizer.encode(segment.asText())).forEach(ids::add);
            } else if (segment.has("bos")) {
                ids.add(tokenizer.bos().orElseThrow().id());
            } else if (segment.has("tok")) {
                ids.add(tokenizer.idOf(segment.get("tok").asText()).orElseThrow());
            } else {
                assertThat(segment.has("eos")).isTrue();
                ids.add(tokenizer.eos().orElseThrow().id());
            }
        }
        return ids;
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(item -> strings.add(item.asText()));
        return strings;
    }
}
