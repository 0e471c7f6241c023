package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reference refuses, goldens/data/errors.json: refused here too, in our words, or done right. */
class ErrorGoldensTest {
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("every row dropped", "no sample is left: 1 rows, 0 kept"),
            Map.entry("train_on_prompt with efficient_eos", "train_on_prompt: not with a template"),
            Map.entry("mask_history and train_on_prompt", "cannot be had together with train_on_prompt"),
            Map.entry("ranking data in stage sft", "holds pairs of answers .*for stages rm and dpo"),
            Map.entry("undefined data set", "dataset: nowhere is not in"),
            Map.entry("interleave_probs with concat", "only with mix_strategy interleave"),
            Map.entry("interleave_probs of another length", "must add up to 1|numbers for"),
            Map.entry("interleave_probs that do not sum to 1", "must add up to 1"),
            Map.entry("val_size and eval_dataset", "cannot be had together with eval_dataset"),
            Map.entry("val_size 1.0", "val_size: 1.0 would leave nothing"),
            Map.entry("val_size larger than the data", "val_size: 50 of 6 rows leaves nothing"),
            Map.entry("neat_packing in stage pt", "neat_packing: for stage sft only"),
            Map.entry("pt: fewer tokens than one block", "that fill no block"),
            Map.entry("function message is not JSON", "line 2: a call of a tool must be JSON .*: not json"),
            Map.entry("function message without arguments", "must be JSON with `name` and `arguments`"),
            Map.entry("tools column is not JSON", "line 2: tools must be a JSON list .*: not json"),
            Map.entry("two calls with tool_format glm4", "one call at a time, but here are 2"),
            Map.entry("unknown template", "there is no template no_such; did you mean"),
            Map.entry("plain data in stage dpo", "holds no pairs of answers"),
            Map.entry("mask_history in stage dpo", "mask_history: for stage sft only"),
            Map.entry("content is a list of parts", "line 2: `content` must be a text, but is a list"),
            Map.entry("unknown role in openai format", "0 kept, dropped: 1 a message has a role"));

    /**
     * What the reference has no reason to refuse. Guessing types is its loader's fault: dates and numbers are kept as the
     * texts they are.
     */
    private static final Set<String> DONE_RIGHT = Set.of(
            "interleave_once",
            "every answer in a JSON lines file is an ISO date (Arrow makes timestamps of them)",
            "the answer is a JSON number",
            "JSON array with a column named date (pandas makes timestamps of it)",
            "kto data with one tag only is accepted",
            "tool without parameters, tool format default",
            "tool without parameters, tool format qwen",
            "arguments as a string with tool_format lfm2",
            "thought in a function message, template class Llama2Template",
            "thought in a function message, template class Template",
            "openai format, tools with different parameters, tool format default",
            "template gemma3 without an image processor");

    private static Stream<JsonNode> cases() {
        return StreamSupport.stream(Goldens.read("errors.json").get("cases").spliterator(), false);
    }

    private static JsonNode named(String name) {
        return cases().filter(each -> each.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyCaseHasAPlace() {
        assertThat(cases().map(each -> each.get("case").asText()))
                .allMatch(name -> REFUSED.containsKey(name) || DONE_RIGHT.contains(name));
    }

    static Stream<Map.Entry<String, String>> refused() {
        return REFUSED.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void itIsRefused(Map.Entry<String, String> each) {
        JsonNode golden = named(each.getKey());
        assertThat(golden.get("error").isNull()).isFalse();
        assertThatThrownBy(() -> Goldens.prepare(golden))
                .isInstanceOf(UserError.class)
                .message()
                .containsPattern(each.getValue());
    }

    static Stream<String> doneRight() {
        return DONE_RIGHT.stream();
    }

    @ParameterizedTest
    @MethodSource("doneRight")
    void itIsDoneRight(String name) {
        PreparedSet loaded = Goldens.prepare(named(name)).train();
        assertThat(loaded.report().kept()).isEqualTo(loaded.report().rows()).isPositive();
    }
}
