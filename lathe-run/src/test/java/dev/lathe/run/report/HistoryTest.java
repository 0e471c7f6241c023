package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.train.Event;
import dev.lathe.train.Progress;
import dev.lathe.train.StepCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The history with the files made from it: trainer_state.json and the results. */
class HistoryTest {
    private static final List<String> RUNS = Replay.RUNS;
    /** Times and speeds are this machine's; operations need the padded tokens, which only one run counted. */
    private static final Pattern MEASURED = Pattern.compile("(?<head>(runtime|_per_second|total_flos)\": )[0-9.]+");

    private final Path folder;

    private final HandClock clock = new HandClock();

    HistoryTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @FieldSource("RUNS")
    void writesTheReferencesState(String run) throws IOException {
        Replay replay = Replay.of(run);
        History history = history(replay, run, List.of());
        Replay.play(replay.events(), clock, List.of(history, state(history, replay), results(history)));
        for (String file : List.of("trainer_state.json", "train_results.json")) {
            assertThat(masked(folder.resolve(file)))
                    .isEqualTo(masked(Replay.folder(run).resolve(file)));
        }
    }

    @Test
    void countsOperationsAndSpeedsAsTheReference() throws IOException {
        Replay replay = Replay.of("full");
        History history = new History(settings(true, History.flopsPerToken(227_264)), clock);
        Replay.play(replay.events(), clock, List.of(history, results(history)));
        assertThat(Files.readString(folder.resolve("train_results.json")))
                .isEqualTo(Files.readString(Replay.folder("full").resolve("train_results.json")));
        assertThat(history.entries().get(0).get("train_tokens_per_second").doubleValue())
                .isEqualTo(1536);
    }

    @Test
    void evaluationResultsAreTheLastOnes() throws IOException {
        Replay replay = Replay.of("full");
        History history = history(replay, "full", List.of());
        Replay.play(replay.events(), clock, List.of(history, results(history)));
        assertThat(masked(folder.resolve("eval_results.json")))
                .isEqualTo(masked(Replay.folder("full").resolve("eval_results.json")));
        assertThat(masked(folder.resolve("all_results.json")))
                .isEqualTo(masked(Replay.folder("full").resolve("all_results.json")));
    }

    @Test
    void aResumedHistoryEqualsAnUninterruptedOne() {
        Replay replay = Replay.of("pt_full");
        History whole = history(replay, "pt_full", List.of());
        Replay.play(replay.events(), clock, List.of(whole));

        History first = history(replay, "pt_full", List.of());
        Replay.play(replay.events(0, 5), clock, List.of(first));
        String saved = state(first, replay).text(new Progress(5, 6, 0.1, 0, 20));
        History second = history(replay, "pt_full", History.entriesOf(Json.parse(saved, "state"), "state"));
        Replay.play(replay.events(3, 6), clock, List.of(second));
        assertThat(second.entries().stream().map(e -> masked(PythonJson.line(e))))
                .map(line -> PythonJson.sorted(Json.parse(line, "line"), 2))
                .isEqualTo(whole.entries().stream()
                        .map(e -> masked(PythonJson.line(e)))
                        .map(line -> PythonJson.sorted(Json.parse(line, "line"), 2))
                        .toList());
    }

    @Test
    void aLoggedLossIsTheMeanOfItsWindow() {
        History history = new History(new History.Settings(new LogRule.Steps(3, true), false, 0), clock);
        for (int step = 1; step <= 7; step++) {
            history.on(new Event.StepDone(
                    new Progress(step, 7, step / 7.0, 0, 0), step, 10 * step, 1e-3 * step, new StepCost(0, 1, 0, 0)));
        }
        assertThat(history.entries().stream().map(e -> e.get("loss").doubleValue()))
                .containsExactly(1.0, 2.5, 5.0);
        assertThat(history.entries().stream().map(e -> e.get("grad_norm").doubleValue()))
                .containsExactly(10.0, 30.0, 60.0);
        assertThat(history.entries().get(2).get("learning_rate").doubleValue()).isCloseTo(6e-3, within(1e-12));
    }

    @Test
    void epochsLogOnceAPass() {
        LogRule rule = new LogRule.Epochs(4, false);
        assertThat(java.util.stream.LongStream.rangeClosed(1, 9).filter(s -> rule.due(new Progress(s, 9, 0, 0, 0))))
                .containsExactly(4L, 8L);
        assertThat(new LogRule.Never().due(new Progress(1, 1, 1, 0, 0))).isFalse();
    }

    @Test
    void theBestCheckpointIsNamed() {
        Replay replay = Replay.of("lora");
        History history = history(replay, "lora", List.of());
        TrainerState state = state(history, replay);
        state.best(new TrainerState.Best(3, 1.25, "out/checkpoint-3"));
        assertThat(state.text(new Progress(4, 6, 0.1, 0, 0)))
                .contains(
                        "\"best_global_step\": 3,",
                        "\"best_metric\": 1.25,",
                        "\"best_model_checkpoint\": \"out/checkpoint-3\"")
                .contains("\"should_training_stop\": false");
    }

    @Test
    void aDamagedStateIsNamed() {
        assertThatThrownBy(() -> History.entriesOf(
                        Json.parse("{\"log_history\": [{\"step\": 1}, {\"loss\": 1}]}", "s"),
                        "checkpoint-3/trainer_state.json"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("checkpoint-3/trainer_state.json: log_history[1]");
    }

    private History history(Replay replay, String run, List<ObjectNode> earlier) {
        return new History(settings(run.equals("full"), replay.flopsPerToken()), clock, earlier);
    }

    private static History.Settings settings(boolean countTokens, double flopsPerToken) {
        return new History.Settings(new LogRule.Steps(1, false), countTokens, flopsPerToken);
    }

    private TrainerState state(History history, Replay replay) {
        return new TrainerState(
                new TrainerState.Settings(
                        1,
                        replay.state().get("eval_steps").longValue(),
                        replay.state().get("save_steps").longValue(),
                        replay.state().get("num_train_epochs").longValue(),
                        2),
                history,
                new SafeFiles(Disk.real()),
                folder);
    }

    private Results results(History history) {
        return new Results(history, new SafeFiles(Disk.real()), folder, false);
    }

    private static String masked(Path file) throws IOException {
        return masked(Files.readString(file));
    }

    private static String masked(String text) {
        return MEASURED.matcher(text).replaceAll("${head}0");
    }
}
