package dev.lathe.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code trainer_state.json} in Hugging Face's layout: for every checkpoint on request, and for the output folder at the
 * end of the run.
 */
public final class TrainerState implements EventListener {
    /**
     * What of the settings the file repeats.
     *
     * @param loggingSteps as in the configuration; likewise the others
     * @param numTrainEpochs passes over the data, a started one counted as whole
     */
    public record Settings(
            long loggingSteps, long evalSteps, long saveSteps, long numTrainEpochs, int trainBatchSize) {}

    /** The best checkpoint so far: its step, the metric that made it best, its folder. */
    public record Best(long step, double metric, String checkpoint) {}

    private final Settings settings;
    private final History history;
    private final SafeFiles files;
    private final Path outputDir;
    private Optional<Best> best = Optional.empty();

    public TrainerState(Settings settings, History history, SafeFiles files, Path outputDir) {
        this.settings = settings;
        this.history = history;
        this.files = files;
        this.outputDir = outputDir;
    }

    /** From here on the file names this as the best checkpoint. */
    public void best(Best found) {
        best = Optional.of(found);
    }

    /** The best checkpoint so far, as the {@code trainer_state.json} in a checkpoint's folder tells it. */
    public static Optional<Best> bestIn(Path checkpoint) {
        Path file = checkpoint.resolve("trainer_state.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        JsonNode state = Json.read(file);
        return state.hasNonNull("best_model_checkpoint")
                ? Optional.of(new Best(
                        state.path("best_global_step").longValue(),
                        state.path("best_metric").doubleValue(),
                        state.path("best_model_checkpoint").asText()))
                : Optional.empty();
    }

    /** The file's text after {@code progress}; saved with a checkpoint it lets the history go on. */
    public String text(Progress progress) {
        return PythonJson.sorted(node(progress), 2) + "\n";
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.RunFinished finished) {
            files.writeText(outputDir.resolve("trainer_state.json"), text(finished.progress()));
        }
    }

    private ObjectNode node(Progress progress) {
        ObjectNode state = Json.object()
                .put("epoch", progress.epoch())
                .put("global_step", progress.step())
                .put("max_steps", progress.totalSteps())
                .put("logging_steps", settings.loggingSteps())
                .put("eval_steps", settings.evalSteps())
                .put("save_steps", settings.saveSteps())
                .put("num_train_epochs", settings.numTrainEpochs())
                .put("train_batch_size", settings.trainBatchSize())
                .put("num_input_tokens_seen", history.settings().countTokens() ? progress.tokens() : 0)
                .put("total_flos", history.flops(progress))
                .put("is_hyper_param_search", false)
                .put("is_local_process_zero", true)
                .put("is_world_process_zero", true)
                .putNull("trial_name")
                .putNull("trial_params");
        best.ifPresentOrElse(
                found -> state.put("best_global_step", found.step())
                        .put("best_metric", found.metric())
                        .put("best_model_checkpoint", found.checkpoint()),
                () -> state.putNull("best_global_step").putNull("best_metric").putNull("best_model_checkpoint"));
        state.putArray("log_history").addAll(history.entries());
        // Loaders of the reference rebuild their control flags from here.
        ObjectNode control = state.putObject("stateful_callbacks").putObject("TrainerControl");
        control.putObject("args")
                .put("should_epoch_stop", false)
                .put("should_evaluate", false)
                .put("should_log", false)
                .put("should_save", true)
                .put("should_training_stop", progress.step() >= progress.totalSteps());
        control.putObject("attributes");
        return state;
    }
}
