package dev.lathe.run.report;

import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import dev.lathe.train.RunSummary;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Scalars for TensorBoard under {@code output_dir/runs/<date>_<host>}, with the tags that Hugging Face's trainer writes,
 * and two of our own: {@code train/tokens_per_second} and {@code train/resident_gb} (1e9 bytes).
 */
public final class TensorBoard implements EventListener {
    private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern("MMMdd_HH-mm-ss", Locale.ENGLISH);

    private final Path outputDir;
    private final Optional<Path> folder;
    private final Clock clock;
    private final String host;
    private final LogWindow window;
    private Optional<EventFile> file = Optional.empty();

    /**
     * @param folder for the file of events; empty for one in {@code runs} of the output folder, named for time and machine
     * @param host this machine's name, for the folder's and file's names
     */
    public TensorBoard(Path outputDir, Optional<Path> folder, Clock clock, LogRule rule, String host) {
        this.outputDir = outputDir;
        this.folder = folder;
        this.clock = clock;
        this.host = host.replaceAll("[^A-Za-z0-9._-]", "_");
        this.window = new LogWindow(rule);
    }

    @Override
    public void on(Event event) {
        switch (event) {
            case Event.StepDone done -> window.add(done).ifPresent(this::add);
            case Event.Evaluated evaluated -> {
                SequencedMap<String, Double> scalars = new LinkedHashMap<>();
                evaluated.metrics().forEach((name, value) -> scalars.put(tagOf(name), value));
                add(evaluated.progress(), scalars);
            }
            case Event.ExpertsUsed used -> {
                SequencedMap<String, Double> scalars = new LinkedHashMap<>();
                scalars.put("train/expert_imbalance", used.imbalance());
                add(used.progress(), scalars);
            }
            case Event.RunFinished finished -> {
                if (finished.summary().interrupted()) {
                    return;
                }
                RunSummary summary = finished.summary();
                SequencedMap<String, Double> scalars = new LinkedHashMap<>();
                scalars.put("train/train_runtime", summary.seconds());
                scalars.put("train/train_samples_per_second", summary.samples() / Math.max(1e-9, summary.seconds()));
                scalars.put("train/train_loss", summary.trainLoss());
                add(finished.progress(), scalars);
            }
            case Event.RunStarted _, Event.CheckpointSaved _, Event.Notice _ -> {}
        }
    }

    private void add(LogWindow.Line line) {
        SequencedMap<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", line.loss());
        scalars.put("train/grad_norm", line.gradNorm());
        scalars.put("train/learning_rate", line.learningRate());
        scalars.put("train/tokens_per_second", line.tokens() / Math.max(1e-9, line.seconds()));
        if (line.residentBytes() > 0) {
            scalars.put("train/resident_gb", line.residentBytes() / 1e9);
        }
        add(line.progress(), scalars);
    }

    private void add(Progress progress, SequencedMap<String, Double> scalars) {
        scalars.put("train/epoch", progress.epoch());
        EventFile target = file.orElseGet(this::open);
        file = Optional.of(target);
        target.add(now(), progress.step(), scalars);
    }

    private EventFile open() {
        String started = "%s_%s".formatted(FOLDER.format(LocalDateTime.now(clock)), host);
        Path runs = folder.orElseGet(() -> outputDir.resolve("runs").resolve(started));
        String name = String.format(
                Locale.ROOT,
                "events.out.tfevents.%d.%s.%d.0",
                clock.instant().getEpochSecond(),
                host,
                ProcessHandle.current().pid());
        return new EventFile(runs.resolve(name), now());
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    private static String tagOf(String metric) {
        return metric.startsWith("eval_") ? "eval/" + metric.substring("eval_".length()) : "eval/" + metric;
    }
}
