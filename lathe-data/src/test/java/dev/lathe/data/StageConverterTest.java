package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs, tags and OpenAI's messages: what becomes of a row's columns. In the texts below $ ends an answer. */
class StageConverterTest {
    private static final String PAIR_COLUMNS =
            ", \"ranking\": true, \"columns\": {\"prompt\": \"q\", \"chosen\": \"good\", \"rejected\": \"bad\"}";
    private static final String SHAREGPT_PAIRS =
            ", \"ranking\": true, \"formatting\": \"sharegpt\", \"columns\": {\"messages\": \"said\", \"chosen\": \"good\", \"rejected\": \"bad\"}";

    private final DataFolder data;

    StageConverterTest(@TempDir Path folder) {
        this.data = new DataFolder(folder);
    }

    private PreparedSet load(DataSettings.Stage stage, String rows, String rest) {
        data.with("rows.json", rows, rest);
        return new DataPipeline(Letters.encoding(), new TokenCache.None(), 2, DataProgress.NONE)
                .prepare(DataSettings.of(stage, data.folder(), List.of("rows")))
                .train();
    }

    private static List<String> pairs(PreparedSet set) {
        Samples<Pair> pairs = set.samples(Pair.class);
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> Letters.text(pairs.get(i).chosen().inputIds()) + "|"
                        + Letters.text(pairs.get(i).rejected().labels()))
                .toList();
    }

    @Test
    void pairsNeedBothAnswers() {
        PreparedSet set = load(DataSettings.Stage.DPO, """
                [{"q": "a", "good": "yes", "bad": "no"}, {"q": "b", "good": "yes", "bad": null},
                 {"q": "c", "good": "same", "bad": ""}]
                """, PAIR_COLUMNS);
        assertThat(pairs(set)).containsExactly("ayes$|.no$", "csame$|.$");
        assertThat(set.report().dropped()).containsOnly(java.util.Map.entry(DropReason.NO_PAIR, 1L));
        assertThat(set.fate(1).dropped()).contains(DropReason.NO_PAIR);
        assertThat(set.parts(1)).extracting(PreparedSet.Part::row).containsExactly(2);
    }

    @Test
    void messagesBeforeAPairEndWithAQuestion() {
        PreparedSet set = load(DataSettings.Stage.RM, """
                [{"said": [{"from": "human", "value": "q"}],
                  "good": {"from": "gpt", "value": "y"}, "bad": {"from": "gpt", "value": "n"}},
                 {"said": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
                  "good": {"from": "gpt", "value": "y"}, "bad": {"from": "gpt", "value": "n"}},
                 {"said": [{"from": "human", "value": "q"}],
                  "good": {"from": "human", "value": "y"}, "bad": {"from": "gpt", "value": "n"}},
                 {"said": [{"from": "human", "value": "q"}], "good": null, "bad": null},
                 {"said": [], "good": null, "bad": null}]
                """, SHAREGPT_PAIRS);
        assertThat(pairs(set)).containsExactly("qy$|.n$");
        assertThat(set.report().dropped())
                .containsOnly(
                        java.util.Map.entry(DropReason.NO_LAST_QUESTION, 1L),
                        java.util.Map.entry(DropReason.NO_PAIR, 2L),
                        java.util.Map.entry(DropReason.NO_MESSAGES, 1L));
    }

    @Test
    void tagsJudgeAndEmptyAnswersAreNeverGood() {
        String columns = ", \"columns\": {\"prompt\": \"q\", \"response\": \"a\", \"kto_tag\": \"ok\"}";
        PreparedSet set = load(DataSettings.Stage.KTO, """
                [{"q": "1", "a": "x", "ok": true}, {"q": "2", "a": "y", "ok": false}, {"q": "3", "a": "", "ok": true},
                 {"q": "4", "a": "z", "ok": null}, {"q": "5", "a": null, "ok": true}, {"q": "6", "a": "w", "ok": "True"}]
                """, columns);
        Samples<Feedback> judged = set.samples(Feedback.class);
        assertThat(IntStream.range(0, judged.size()).mapToObj(i -> {
                    Feedback each = judged.get(i);
                    return Letters.text(each.answer().inputIds()) + "|"
                            + Letters.text(each.mismatched().inputIds()) + "|" + each.desirable();
                }))
                .containsExactly("1x$|1w$|true", "2y$|2x$|false", "3$|3y$|false", "6w$|6$|true");
        assertThat(set.report().dropped())
                .containsOnly(
                        java.util.Map.entry(DropReason.NO_TAG, 1L), java.util.Map.entry(DropReason.NO_ANSWER, 1L));
    }

    @Test
    void taggedAnswersAreForOneStageAlone() {
        assertThatThrownBy(() -> load(
                        DataSettings.Stage.SFT,
                        "[{\"q\": \"1\", \"a\": \"x\", \"ok\": true}]",
                        ", \"columns\": {\"prompt\": \"q\", \"response\": \"a\", \"kto_tag\": \"ok\"}"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("1 its answer has a kto_tag, which stage kto alone can use");
        assertThatThrownBy(() -> load(DataSettings.Stage.KTO, "[{\"instruction\": \"1\", \"output\": \"x\"}]", ""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("names no `kto_tag`");
        assertThatThrownBy(() -> load(DataSettings.Stage.DPO, "[{\"q\": \"1\"}]", PAIR_COLUMNS))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has no column `");
    }

    @Test
    void promptsNeedNoAnswer() {
        PreparedSet set = load(
                DataSettings.Stage.PPO, "[{\"instruction\": \"q\", \"output\": \"a\"}, {\"instruction\": \"r\"}]", "");
        Samples<Prompt> prompts = set.samples(Prompt.class);
        assertThat(Letters.text(prompts.get(0).inputIds()) + "|"
                        + Letters.text(prompts.get(0).answer()))
                .isEqualTo("q|a$");
        assertThat(Letters.text(prompts.get(1).inputIds()) + "|"
                        + Letters.text(prompts.get(1).answer()))
                .isEqualTo("r|$");
        assertThatThrownBy(() -> set.samples(Sample.class)).isInstanceOf(IllegalArgumentException.class);
    }

    private Converted openAi(String messages, String rest) {
        ShareGptColumns.Tags tags = new ShareGptColumns.Tags(
                "role",
                "content",
                java.util.Optional.of("user"),
                java.util.Optional.of("assistant"),
                java.util.Optional.of("tool"),
                java.util.Optional.of("function"),
                java.util.Optional.of("system"));
        ShareGptColumns columns = new ShareGptColumns(
                "messages",
                java.util.Optional.empty(),
                java.util.Optional.of("tools"),
                tags,
                new AnswerColumns(
                        false, java.util.Optional.empty(), java.util.Optional.empty(), java.util.Optional.empty()));
        data.with("row.jsonl", "{\"messages\": %s%s}".formatted(messages, rest));
        try (RowReader rows = RowFiles.at(data.folder().resolve("row.jsonl")).open()) {
            return MessageListConverter.openAi(columns).convert(rows.next().orElseThrow());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void callsAndToolAnswersOfOpenAi() {
        Converted converted = openAi("""
                [{"role": "user", "content": "q"},
                 {"role": "assistant", "content": "lost", "tool_calls": [
                   {"id": "1", "function": {"name": "f", "arguments": "{\\"a\\": 1e5}"}},
                   {"id": "2", "function": {"name": "g", "arguments": {"b": [true, null, "\\u00fc"]}}}]},
                 {"role": "tool", "content": "x"}, {"role": "tool", "content": "y"},
                 {"role": "assistant", "content": "done"}, {"role": "tool", "content": "lost too"}]
                """.replace("\n", " "), ", \"tools\": [{\"type\": \"function\", \"n\": 1.50}]");
        Row row = ((Converted.Kept) converted).row();
        assertThat(row.prompt())
                .containsExactly(
                        new Message(Role.USER, "q"),
                        new Message(
                                Role.FUNCTION,
                                "[{\"name\": \"f\", \"arguments\": {\"a\": 1e5}}, {\"name\": \"g\", \"arguments\": {\"b\": [true, null, \"ü\"]}}]"),
                        new Message(Role.OBSERVATION, "x\n</tool_response>\n<tool_response>\ny"));
        assertThat(row.answer()).isEqualTo(new Answer.One(new Message(Role.ASSISTANT, "done")));
        assertThat(row.tools()).isEqualTo("[{\"type\": \"function\", \"n\": 1.50}]");
        assertThat(row.system()).isEmpty();
    }

    @Test
    void theSystemTextOfOpenAiSaysWhetherToThink() {
        String talk = "{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]";
        String system = "[{\"role\": \"system\", \"content\": \"%s\"}, " + talk;
        assertThat(((Converted.Kept) openAi("[" + talk, "")).row().system()).isEqualTo("detailed thinking off");
        assertThat(((Converted.Kept) openAi(system.formatted("S"), "")).row().system())
                .isEqualTo("S\ndetailed thinking off");
        assertThat(((Converted.Kept) openAi(system.formatted("detailed thinking on"), ""))
                        .row()
                        .system())
                .isEqualTo("detailed thinking on");
        assertThat(((Converted.Kept) openAi(system.formatted("S"), ", \"tools\": []"))
                        .row()
                        .system())
                .isEqualTo("S\n");
    }

    @Test
    void whatOpenAiRowsAreDroppedFor() {
        assertThat(openAi("[{\"role\": \"developer\", \"content\": \"x\"}]", ""))
                .isEqualTo(new Converted.Dropped(DropReason.UNKNOWN_ROLE));
        assertThat(openAi("[{\"role\": \"user\", \"content\": \"x\"}]", ""))
                .isEqualTo(new Converted.Dropped(DropReason.NO_LAST_ANSWER));
        assertThat(openAi(
                        "[{\"role\": \"user\", \"content\": \"x\"}, {\"role\": \"assistant\", \"content\": null}]", ""))
                .isEqualTo(new Converted.Dropped(DropReason.NO_TEXT));
        assertThat(openAi(
                        "[{\"role\": \"user\", \"content\": \"x\"}, {\"role\": \"user\", \"content\": \"y\"}, {\"role\": \"assistant\", \"content\": \"z\"}]",
                        ""))
                .isEqualTo(new Converted.Dropped(DropReason.WRONG_TURN));
        assertThat(openAi("[]", "")).isEqualTo(new Converted.Dropped(DropReason.NO_MESSAGES));
    }
}
