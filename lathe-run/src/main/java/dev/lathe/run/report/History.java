package dev.lathe.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import dev.lathe.train.RunSummary;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything a run logged, entry by entry, with Hugging Face's meaning of {@code log_history}: what the plots, the model
 * card and {@code trainer_state.json} are made from. Those come after it in the list of listeners.
 */
public final class History implements EventListener {
    /**
     * @param rule when training losses are logged
     * @param countTokens whether entries carry {@code num_input_tokens_seen} and the speed that follows from it
     * @param flopsPerToken floating point operations of one token's forward and backward pass, 0 when not known; see
     *     {@link #flopsPerToken}
     */
    public record Settings(LogRule rule, boolean countTokens, double flopsPerToken) {}

    private final Settings settings;
    private final RunClock clock;
    private final LogWindow window;
    private final List<ObjectNode> entries;

    /** The history of a run that begins. */
    public History(Settings settings, InstantSource clock) {
        this(settings, clock, List.of());
    }

    /** A history that goes on; entries after the step that the run resumes from are dropped when it starts. */
    public History(Settings settings, InstantSource clock, List<ObjectNode> earlier) {
        this.settings = settings;
        this.clock = new RunClock(clock);
        this.window = new LogWindow(settings.rule());
        this.entries = new ArrayList<>(earlier);
    }

    /** The transformer's rule of thumb as Hugging Face counts: six operations for each parameter outside embeddings. */
    public static double flopsPerToken(long parametersWithoutEmbeddings) {
        return 6.0 * parametersWithoutEmbeddings;
    }

    /** The entries in a {@code trainer_state.json}, ours or the reference's. {@code origin} names it in errors. */
    public static List<ObjectNode> entriesOf(JsonNode trainerState, String origin) {
        List<ObjectNode> entries = new ArrayList<>();
        for (JsonNode entry : trainerState.path("log_history")) {
            if (!(entry instanceof ObjectNode object) || !entry.path("step").canConvertToLong()) {
                throw new UserError(
                        "%s: log_history[%d] is no entry with a step: the file is damaged; resume from another checkpoint"
                                .formatted(origin, entries.size()));
            }
            entries.add(object);
        }
        return entries;
    }

    /** What was logged so far, oldest first. */
    public List<ObjectNode> entries() {
        return List.copyOf(entries);
    }

    /** The newest evaluation, if there was one. */
    Optional<ObjectNode> lastEvaluation() {
        return entries.reversed().stream()
                .filter(entry -> entry.has("eval_runtime") || entry.has("eval_loss"))
                .findFirst();
    }

    /** The entry of the run's end, once it ended. */
    Optional<ObjectNode> end() {
        return entries.reversed().stream().filter(History::isEnd).findFirst();
    }

    private static boolean isEnd(ObjectNode entry) {
        return entry.has("train_samples_per_second");
    }

    Settings settings() {
        return settings;
    }

    @Override
    public void on(Event event) {
        switch (event) {
            case Event.RunStarted started -> {
                clock.start(started.facts());
                long kept = started.facts().resumedFromStep();
                entries.removeIf(entry -> entry.path("step").longValue() > kept || isEnd(entry));
            }
            case Event.StepDone done -> {
                clock.add(done);
                window.add(done).ifPresent(this::add);
            }
            case Event.Evaluated evaluated -> {
                ObjectNode entry = Json.object();
                evaluated.metrics().forEach(entry::put);
                close(entry, evaluated.progress());
            }
            case Event.RunFinished finished -> add(finished.progress(), finished.summary());
            case Event.CheckpointSaved _, Event.ExpertsUsed _, Event.Notice _ -> {}
        }
    }

    private void add(LogWindow.Line line) {
        ObjectNode entry = Json.object()
                .put("loss", line.loss())
                .put("grad_norm", line.gradNorm())
                .put("learning_rate", line.learningRate());
        if (settings.countTokens()) {
            entry.put("train_runtime", PythonJson.round(Durations.seconds(clock.elapsed()), 4));
            entry.put("train_tokens_per_second", PythonJson.round(clock.tokensPerSecond(), 3));
        }
        close(entry, line.progress());
    }

    private void add(Progress progress, RunSummary summary) {
        double seconds = Math.max(1e-9, summary.seconds());
        ObjectNode entry = Json.object()
                .put("train_runtime", PythonJson.round(summary.seconds(), 4))
                .put("train_samples_per_second", PythonJson.round(summary.samples() / seconds, 3))
                .put("train_steps_per_second", PythonJson.round(clock.steps(progress.step()) / seconds, 3))
                .put("total_flos", flops(progress));
        if (clock.steps(progress.step()) > 0) { // else it was only the result that was still to be written
            entry.put("train_loss", summary.trainLoss());
        }
        close(entry, progress);
    }

    double flops(Progress progress) {
        return settings.flopsPerToken() * progress.tokens();
    }

    private void close(ObjectNode entry, Progress progress) {
        if (settings.countTokens()) {
            entry.put("num_input_tokens_seen", progress.tokens());
        }
        entries.add(entry.put("epoch", progress.epoch()).put("step", progress.step()));
    }
}
