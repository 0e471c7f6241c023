package dev.lathe.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import java.nio.file.Path;

/**
 * {@code train_results.json}, {@code eval_results.json} and both in {@code all_results.json}, as Hugging Face's
 * save_metrics lays them out: at the end of the run, and again for an evaluation that comes after it.
 */
public final class Results implements EventListener {
    private final History history;
    private final SafeFiles files;
    private final Path outputDir;
    private final boolean perplexity;

    /**
     * @param history stands before this one in the list of listeners
     * @param perplexity whether evaluations also tell exp(loss), as after pre-training
     */
    public Results(History history, SafeFiles files, Path outputDir, boolean perplexity) {
        this.history = history;
        this.files = files;
        this.outputDir = outputDir;
        this.perplexity = perplexity;
    }

    @Override
    public void on(Event event) {
        switch (event) {
            case Event.RunFinished finished -> {
                if (!finished.summary().interrupted()) {
                    write();
                }
            }
            case Event.Evaluated _ -> {
                if (history.end().isPresent()) {
                    write();
                }
            }
            case Event.RunStarted _,
                    Event.StepDone _,
                    Event.ExpertsUsed _,
                    Event.CheckpointSaved _,
                    Event.Notice _ -> {}
        }
    }

    private void write() {
        ObjectNode all = Json.object();
        history.end().ifPresent(entry -> write("train", entry, all));
        history.lastEvaluation().ifPresent(entry -> write("eval", entry, all));
        files.writeText(outputDir.resolve("all_results.json"), PythonJson.sorted(all, 4));
    }

    private void write(String name, ObjectNode entry, ObjectNode all) {
        ObjectNode metrics = entry.deepCopy();
        metrics.remove("step");
        if (perplexity) {
            entry.properties().stream()
                    .filter(metric -> metric.getKey().matches("eval_(.*_)?loss"))
                    .forEach(metric -> metrics.put(
                            metric.getKey().replaceFirst("loss$", "perplexity"),
                            Math.exp(metric.getValue().doubleValue())));
        }
        all.setAll(metrics);
        files.writeText(outputDir.resolve(name + "_results.json"), PythonJson.sorted(metrics, 4));
    }
}
