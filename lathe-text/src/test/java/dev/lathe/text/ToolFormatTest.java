package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tools and calls against {@code tool_calls.json}, which says what LLaMA-Factory's own code makes of them. */
class ToolFormatTest {
    private static final LocalDate DAY = LocalDate.of(2025, 1, 2);

    private static JsonNode vectors(String part) {
        return Resources.read("tool_calls.json").get(part);
    }

    static Stream<JsonNode> written() {
        return StreamSupport.stream(vectors("written").spliterator(), false);
    }

    static Stream<JsonNode> read() {
        return StreamSupport.stream(vectors("read").spliterator(), false);
    }

    static List<String> lists() {
        List<String> names = new ArrayList<>();
        vectors("lists").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<ToolCall> calls(JsonNode list) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : list) {
            JsonNode arguments =
                    PythonJson.parse(call.get("arguments").toString()).orElseThrow();
            calls.add(new ToolCall(call.get("name").asText(), arguments));
        }
        return calls;
    }

    @ParameterizedTest
    @MethodSource("lists")
    void toolsAreDescribedAsByTheReference(String name) {
        String described = ToolFormats.byName(name).describe(vectors("tools").asText(), DAY);
        assertThat(described).isEqualTo(vectors("lists").get(name).asText());
    }

    @ParameterizedTest
    @MethodSource("written")
    void callsAreWrittenAsByTheReferenceWhereThatIsRight(JsonNode vector) {
        String name = vector.get("format").asText();
        List<ToolCall> calls = calls(vector.get("calls"));
        String text = ToolFormats.byName(name).write(calls);
        String expected = vector.get("text").asText();
        assertThat(text)
                .isEqualTo(
                        switch (name) {
                            case "minimax2" -> "<minimax:tool_call>\n" + expected + "\n</minimax:tool_call>";
                            case "glm4_moe" ->
                                expected.replace("\n\n<tool_call>", "\n</tool_call>\n\n<tool_call>") + "\n</tool_call>";
                            case "seed_oss" -> expected.replaceAll("(<function=\\w+)", "$1>");
                            default -> expected;
                        });
    }

    @ParameterizedTest
    @MethodSource("read")
    void callsAreFoundAsByTheReference(JsonNode vector) {
        Optional<List<ToolCall>> found = ToolFormats.byName(vector.get("format").asText())
                .read(vector.get("text").asText());
        ArrayNode calls = Json.MAPPER.createArrayNode();
        found.ifPresent(
                some -> some.forEach(call -> calls.addArray().add(call.name()).add(call.json())));
        assertThat(found.isPresent()).isEqualTo(vector.get("calls").isArray());
        assertThat(found.isEmpty() ? vector.get("calls") : calls).isEqualTo(vector.get("calls"));
    }

    static Stream<Arguments> formatsAndSeeds() {
        return ToolFormats.names().stream()
                .flatMap(name -> IntStream.range(0, 20).mapToObj(seed -> Arguments.of(name, seed)));
    }

    @ParameterizedTest
    @MethodSource("formatsAndSeeds")
    void whatIsWrittenIsFoundAgain(String name, int seed) {
        Random random = new Random(seed);
        List<ToolCall> calls = IntStream.rangeClosed(0, name.equals("glm4") ? 0 : random.nextInt(3))
                .mapToObj(i -> new ToolCall("tool_" + random.nextInt(9), object(random, 2)))
                .toList();
        ToolFormat format = ToolFormats.byName(name);
        String text = format.write(calls);
        assertThat(format.read(text)).as(text).contains(calls);
        assertThat(format.read(text + "\n")).as("a line feed at the end").contains(calls);
        assertThat(format.read("Nothing to call.")).isEmpty();
    }

    /** Keys in alphabetical order, and texts that are no JSON: where a format keeps neither, it must not matter. */
    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = Json.object();
        for (int i = 0; i < random.nextInt(4); i++) {
            object.set("k" + i, value(random, depth));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        ObjectNode nodes = Json.object();
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> nodes.textNode("a, b: c [x] = (y) 'é' 😀 #" + random.nextInt());
            case 1 -> nodes.numberNode(random.nextInt());
            case 2 -> nodes.numberNode(random.nextGaussian());
            case 3 -> nodes.booleanNode(random.nextBoolean());
            case 4 -> nodes.nullNode();
            case 5 -> object(random, depth - 1);
            default ->
                Json.MAPPER.createArrayNode().add(value(random, depth - 1)).add("text");
        };
    }

    /** What the reference does not find although it is there, or finds where nothing is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "seed_oss ~ <seed:tool_call>\\n<function=f>\\n<parameter=a>x</parameter>\\n</function>\\n</seed:tool_call> ~ f {\"a\": \"x\"}",
                "glm4_moe ~ <tool_call>f\\n<arg_key>a</arg_key>\\n<arg_value>1</arg_value>\\n</tool_call> ~ f {\"a\": 1}",
                "glm4_moe ~ <tool_call>f\\n<arg_key>a</arg_key>\\n<arg_value>1</arg_value> ~ f {\"a\": 1}",
                "minimax2 ~ <invoke name=\"f\">\\n<parameter name=\"a\">x</parameter>\\n</invoke> ~ f {\"a\": \"x\"}",
                "qwen3_5 ~ <tool_call>\\n<function=f>\\n<parameter=a>\\n  x\\n</parameter>\\n</function>\\n</tool_call> ~ f {\"a\": \"  x\"}",
                "default ~ Action: get-weather\\nAction Input: {} ~ get-weather {}",
                "gemma4 ~ <|tool_call>call:f{a:<|\"|>x, y: z<|\"|>}<tool_call|> ~ f {\"a\": \"x, y: z\"}",
                "lfm2 ~ <|tool_call_start|>[f(a=[true])]<|tool_call_end|> ~ f {\"a\": [true]}",
                "glm4 ~ The answer is\\n42 ~ none",
                "glm4 ~ See below\\n{} ~ none",
                "mistral ~ 42 ~ none",
                "minimax1 ~ <tool_calls>\\n{}\\n</tool_calls> ~ none"
            })
    void differencesFromTheReferenceAreOnPurpose(String name, String text, String expected) {
        String found = ToolFormats.byName(name)
                .read(text.replace("\\n", "\n"))
                .map(calls -> calls.getFirst().name() + " " + calls.getFirst().json())
                .orElse("none");
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void aTextWithAnObjectIsTheArguments() {
        ToolCall call = new ToolCall("f", Json.object().textNode("{\"x\": 1}"));
        assertThat(ToolFormats.byName("lfm2").write(List.of(call)))
                .isEqualTo("<|tool_call_start|>[f(x=1)]<|tool_call_end|>");
        assertThat(ToolFormats.byName("qwen").write(List.of(call))).contains("\"arguments\": \"{\\\"x\\\": 1}\"");
        ToolCall list = new ToolCall("f", Json.MAPPER.createArrayNode());
        for (String name : List.of("lfm2", "qwen3_5", "minimax2", "glm4_moe", "seed_oss", "gemma4")) {
            assertThatThrownBy(() -> ToolFormats.byName(name).write(List.of(list)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("the call of f must have a JSON object as arguments, but has []");
        }
    }

    @Test
    void noToolsAreDescribedByNothing() {
        assertThat(ToolFormats.names())
                .allSatisfy(name ->
                        assertThat(ToolFormats.byName(name).describe("[]", DAY)).isEmpty());
    }

    @Test
    void theDayIsNamedInEnglishAndShort() {
        assertThat(ToolFormats.byName("llama3").describe("[{\"name\": \"f\"}]", LocalDate.of(2026, 9, 30)))
                .contains("Today Date: 30 Sep 2026\n");
        Map<Boolean, List<String>> dated = ToolFormats.names().stream()
                .collect(java.util.stream.Collectors.partitioningBy(
                        name -> ToolFormats.byName(name).namesTheDay()));
        assertThat(dated.get(true)).containsExactly("llama3");
    }

    @Test
    void anUnknownFormatNamesTheNearest() {
        assertThatThrownBy(() -> Templates.byName("chatml").withToolFormat("qwen35"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is no tool format qwen35; did you mean qwen3_5?");
    }

    @Test
    void whatAModelSaysNeverBreaksTheReader() {
        List<String> hostile = List.of(
                "[".repeat(5000),
                "<|tool_call_start|>[f(a=" + "[".repeat(5000) + "<|tool_call_end|>",
                "<|tool_call>call:f{a:" + "{a:".repeat(5000) + "}<tool_call|>",
                "<|tool_call_start|>[f(a='\\u12<|tool_call_end|>",
                "<|tool_call_start|>[f(a='\\<|tool_call_end|>",
                "<|tool_call_start|>[f(<|tool_call_end|>",
                "<tool_call>".repeat(1000),
                "Action: f\nAction Input: " + " \n".repeat(2000),
                "{\"name\":");
        for (String name : ToolFormats.names()) {
            for (String text : hostile) {
                assertThat(ToolFormats.byName(name).read(text).orElse(List.of()))
                        .hasSizeLessThan(1001);
            }
        }
    }
}
