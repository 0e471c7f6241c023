package dev.lathe.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.stream.Collectors;

/**
 * {@code trainer_log.jsonl}: one JSON object a line for every logged step and evaluation, keys and order as
 * LLaMA-Factory's LogCallback writes them. Each line is handed to the system whole, so a killed run leaves whole lines;
 * a run that resumes cuts off what it is about to repeat.
 */
public final class TrainerLog implements EventListener {
    private static final String NAME = "trainer_log.jsonl";

    private final Path file;
    private final SafeFiles files;
    private final RunClock clock;
    private final LogWindow window;
    private final boolean countTokens;
    private boolean closed;

    /** @param countTokens whether lines carry {@code throughput} and {@code total_tokens} */
    public TrainerLog(Path outputDir, SafeFiles files, InstantSource clock, LogRule rule, boolean countTokens) {
        this.file = outputDir.resolve(NAME);
        this.files = files;
        this.clock = new RunClock(clock);
        this.window = new LogWindow(rule);
        this.countTokens = countTokens;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void on(Event event) {
        if (closed) {
            return; // an evaluation after training has files of its own
        }
        switch (event) {
            case Event.RunStarted started -> {
                clock.start(started.facts());
                files.writeText(file, linesUpTo(started.facts().resumedFromStep()));
            }
            case Event.StepDone done -> {
                clock.add(done);
                window.add(done)
                        .ifPresent(line -> append(
                                line.progress(),
                                Json.object().put("loss", line.loss()).put("lr", line.learningRate())));
            }
            case Event.Evaluated evaluated -> {
                ObjectNode values = Json.object();
                Double loss = evaluated.metrics().get("eval_loss");
                if (loss != null) {
                    values.put("eval_loss", loss);
                }
                append(evaluated.progress(), values);
            }
            case Event.RunFinished finished -> {
                append(finished.progress(), Json.object());
                closed = true;
            }
            case Event.CheckpointSaved _, Event.ExpertsUsed _, Event.Notice _ -> {}
        }
    }

    private String linesUpTo(long step) {
        if (step == 0 || !Files.exists(file)) {
            return "";
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> isBefore(line, step))
                    .map(line -> line + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isBefore(String line, long step) {
        try {
            JsonNode entry = Json.parse(line, NAME);
            // The closing line of an earlier start has no values; the run is going on, so it goes.
            return entry.path("current_steps").asLong(Long.MAX_VALUE) <= step
                    && (entry.has("loss") || entry.has("eval_loss"));
        } catch (UserError torn) {
            return false;
        }
    }

    private void append(Progress progress, ObjectNode values) {
        long step = progress.step();
        long total = progress.totalSteps();
        ObjectNode line = Json.object().put("current_steps", step).put("total_steps", total);
        line.setAll(values);
        line.put("epoch", progress.epoch())
                .put("percentage", total == 0 ? 100.0 : PythonJson.round(100.0 * step / total, 2))
                .put("elapsed_time", Durations.hms(clock.elapsed()))
                .put("remaining_time", Durations.hms(clock.remaining(step, total)));
        if (countTokens) {
            line.put("throughput", PythonJson.round(clock.tokensPerSecond(), 2)).put("total_tokens", progress.tokens());
        }
        try {
            Files.writeString(file, PythonJson.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
