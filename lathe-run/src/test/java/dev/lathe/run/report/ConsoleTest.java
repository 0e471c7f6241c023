package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import dev.lathe.train.RunSummary;
import dev.lathe.train.StepCost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees: the bar on a terminal, lines elsewhere. */
class ConsoleTest {
    private final HandClock clock = new HandClock();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void linesTellTheWholeRun() {
        ProgressLines lines = new ProgressLines(stream(StandardCharsets.UTF_8), new LogRule.Steps(2, false));
        run(lines, 4);
        assertThat(shown(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "Model    stories260K, stage sft in fp32",
                        "Trains   11,560 of 271,592 parameters (4.26 %): lora on q_proj, v_proj",
                        "Data     48 samples, 8,000 tokens an epoch, 6,000 of them supervised (75.00 %)",
                        "Steps    4 of 2 x 2 samples, 12 an epoch, 0.5 epochs; about 2,667 tokens to come",
                        "step 2/4  epoch 0.50  loss 2.5000  grad norm 1.250  lr 1.00e-04  1,000 tokens/s  0:00:01 left  2.10 GB",
                        "step 2  eval_loss 2.2500  in 0.5 s",
                        "step 4/4  epoch 1.00  loss 0.5000  grad norm 1.250  lr 1.00e-04  1,000 tokens/s  0:00:00 left  2.10 GB",
                        "saved    " + Path.of("out", "checkpoint-4"),
                        "note     a b",
                        "Done     4 steps in 0:01:05: mean loss 1.5000, 31 tokens/s, at most 2.20 GB of memory");
    }

    @Test
    void anInterruptedRunSaysHowFarItCame() {
        ProgressLines lines = new ProgressLines(stream(StandardCharsets.UTF_8), new LogRule.Never());
        lines.on(new Event.RunStarted(Replay.facts(200, 150)));
        lines.on(new Event.RunFinished(progress(170, 200), new RunSummary(10, 1, 80, 1000, true)));
        assertThat(shown(StandardCharsets.UTF_8))
                .contains("Resumes  after step 150, 50 to go")
                .contains("Stopped after step 170 of 200, 0:00:10: mean loss 1.0000, 100 tokens/s");
    }

    /** In an adapter it saves next to nothing. */
    @ParameterizedTest
    @CsvSource({"full, true, true", "freeze, true, true", "lora, true, false", "full, false, false"})
    void updatesInTheBackwardPassAreSaidWhereTheySaveMemory(String type, boolean inBackward, boolean said) {
        ProgressLines lines = new ProgressLines(stream(StandardCharsets.UTF_8), new LogRule.Never());
        lines.on(new Event.RunStarted(Replay.facts(type, 200, inBackward, 0)));
        String line = "Updates  block by block in the backward pass, in every step that is a single pass";
        assertThat(shown(StandardCharsets.UTF_8).lines().filter(line::equals).count())
                .isEqualTo(said ? 1 : 0);
        assertThat(shown(StandardCharsets.UTF_8).contains("Updates")).isEqualTo(said);
    }

    @Test
    void theBarIsDrawnOver() {
        ProgressBar bar = new ProgressBar(stream(StandardCharsets.UTF_8), () -> 120, clock);
        bar.on(step(1, 4, 3));
        assertThat(shown(StandardCharsets.UTF_8))
                .isEqualTo(
                        "\r1/4 ███████░░░░░░░░░░░░░░░░░░░░░░░ 25 %  loss 3.0000  1,000 tokens/s  0:00:01 left  2.10 GB");
    }

    @Test
    void theTerminalShowsTheSameStory() {
        run(new ProgressBar(stream(StandardCharsets.UTF_8), () -> 100, clock), 4);
        List<String> screen = screen(shown(StandardCharsets.UTF_8));
        assertThat(screen).hasSize(9);
        assertThat(screen.get(3)).startsWith("Steps    4 of");
        assertThat(screen.get(4)).isEqualTo("step 2  eval_loss 2.2500  in 0.5 s");
        assertThat(screen.get(6)).isEqualTo("note     a b");
        assertThat(screen.get(7)).startsWith("4/4 ██████").contains("100 %");
        assertThat(screen.get(8)).startsWith("Done     4 steps");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 100, 81, 80, 79, 60, 40, 10, 2, 1, 0})
    void neverReachesTheLastColumn(int width) {
        ProgressBar bar = new ProgressBar(stream(StandardCharsets.UTF_8), () -> width, clock);
        for (int step = 1; step <= 1000; step++) {
            clock.pass(Duration.ofMillis(150));
            bar.on(step(step, 1000, 1.0 / step));
        }
        assertThat(Arrays.stream(shown(StandardCharsets.UTF_8).split("\r")))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Math.max(1, width - 1)));
    }

    @Test
    void isDrawnAtMostTenTimesASecondButAlwaysAtTheEnd() {
        ProgressBar bar = new ProgressBar(stream(StandardCharsets.UTF_8), () -> 100, clock);
        for (int step = 1; step <= 1000; step++) {
            clock.pass(Duration.ofMillis(1));
            bar.on(step(step, 1000, 1));
        }
        String shown = shown(StandardCharsets.UTF_8);
        assertThat(shown.chars().filter(c -> c == '\r').count()).isBetween(10L, 11L);
        assertThat(shown).contains("1000/1000");
    }

    @Test
    void plainSignsWhereBlocksCannotBeShown() {
        new ProgressBar(stream(StandardCharsets.US_ASCII), () -> 120, clock).on(step(2, 4, 3));
        assertThat(shown(StandardCharsets.US_ASCII)).contains("2/4 ###############............... 50 %");
    }

    @Test
    void foreignTextMovesNoCursor() {
        ProgressBar bar = new ProgressBar(stream(StandardCharsets.UTF_8), () -> 80, clock);
        bar.on(new Event.Notice("bad\u001b[2Jname\r\n\u202etxt"));
        assertThat(shown(StandardCharsets.UTF_8).strip()).isEqualTo("note     bad [2Jname txt");
    }

    private void run(EventListener listener, int steps) {
        listener.on(new Event.RunStarted(Replay.facts(steps, 0)));
        for (int step = 1; step <= steps; step++) {
            clock.pass(Duration.ofMillis(500));
            listener.on(step(step, steps, step <= 2 ? 4 - step : step - 3));
            if (step == 2) {
                LinkedHashMap<String, Double> metrics = new LinkedHashMap<>(Map.of("eval_loss", 2.25));
                metrics.put("eval_runtime", 0.5);
                metrics.put("eval_samples_per_second", 8.0);
                listener.on(new Event.Evaluated(progress(step, steps), metrics));
            }
        }
        listener.on(new Event.CheckpointSaved(progress(steps, steps), Path.of("out", "checkpoint-4")));
        listener.on(new Event.Notice("a\nb"));
        listener.on(new Event.RunFinished(progress(steps, steps), new RunSummary(65, 1.5, 16, 2000, false)));
    }

    /** What a terminal shows after this text: a carriage return goes back and overwrites. */
    private static List<String> screen(String text) {
        return Arrays.stream(text.split("\r?\n")).map(ConsoleTest::overwritten).toList();
    }

    private static String overwritten(String line) {
        StringBuilder shown = new StringBuilder();
        for (String part : line.split("\r")) {
            shown.replace(0, Math.min(part.length(), shown.length()), part);
        }
        return shown.toString().stripTrailing();
    }

    private PrintStream stream(Charset charset) {
        return new PrintStream(bytes, false, charset);
    }

    private String shown(Charset charset) {
        return bytes.toString(charset);
    }

    private static Event.StepDone step(int step, int total, double loss) {
        return new Event.StepDone(
                progress(step, total), loss, 1.25, 1e-4, new StepCost(500, 0.5, 2_100_000_000L, 2_200_000_000L));
    }

    private static Progress progress(int step, int total) {
        return new Progress(step, total, (double) step / total, 500L * step, 4L * step);
    }
}
