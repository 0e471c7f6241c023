package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.run.config.LoggingConfig;
import dev.lathe.run.config.Stage;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.report.History;
import dev.lathe.run.report.LogRule;
import dev.lathe.run.report.LossPlot;
import dev.lathe.run.report.ModelCard;
import dev.lathe.run.report.ProgressBar;
import dev.lathe.run.report.ProgressLines;
import dev.lathe.run.report.Results;
import dev.lathe.run.report.TensorBoard;
import dev.lathe.run.report.TrainerLog;
import dev.lathe.run.report.TrainerState;
import dev.lathe.train.EventListener;
import dev.lathe.train.StepPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everybody who is told how a run goes, made from its configuration. */
final class Reporting {
    private final List<EventListener> listeners = new ArrayList<>();
    private final TrainerState state;
    private final ModelCard card;

    /**
     * @param parametersWithoutEmbeddings for the count of operations
     * @param checkpoint whose history goes on
     */
    Reporting(
            Host host,
            TrainRun run,
            StepPlan plan,
            long parametersWithoutEmbeddings,
            ModelCard.Facts facts,
            Optional<Path> checkpoint) {
        Path output = run.checkpoints().outputDir();
        Intervals intervals = new Intervals(plan);
        LoggingConfig logging = run.logging();
        LogRule rule = intervals.logging(logging.when(), logging.firstStep());
        History history = new History(
                new History.Settings(rule, logging.countTokens(), History.flopsPerToken(parametersWithoutEmbeddings)),
                host.clock(),
                earlier(checkpoint));
        state = new TrainerState(
                new TrainerState.Settings(
                        intervals.steps(logging.when()),
                        intervals.steps(run.evaluation().when()),
                        intervals.steps(run.checkpoints().when()),
                        (long) Math.ceil(plan.totalEpochs()),
                        run.training().microBatch()),
                history,
                host.files(),
                output);
        boolean bar = logging.progressBar() && host.terminalWidth().isPresent();
        listeners.add(
                bar
                        ? new ProgressBar(host.out(), host.terminalWidth().orElseThrow(), host.clock())
                        : new ProgressLines(host.out(), rule));
        listeners.add(history);
        listeners.add(new TrainerLog(output, host.files(), host.clock(), rule, logging.countTokens()));
        listeners.add(state);
        listeners.add(new Results(history, host.files(), output, run.stage() == Stage.PRETRAIN));
        card = new ModelCard(facts, history, host.files(), output);
        listeners.add(card);
        if (logging.tensorBoard()) {
            listeners.add(new TensorBoard(output, logging.tensorBoardDir(), host.clock(), rule, hostName(host)));
        }
        if (logging.plot()) {
            listeners.add(new LossPlot(history, host.files(), output, facts.name()));
        }
    }

    List<EventListener> listeners() {
        return listeners;
    }

    TrainerState state() {
        return state;
    }

    ModelCard card() {
        return card;
    }

    private static List<ObjectNode> earlier(Optional<Path> checkpoint) {
        Optional<Path> file =
                checkpoint.map(folder -> folder.resolve(TrainerState.NAME)).filter(Files::exists);
        return file.map(path -> History.entriesOf(Json.read(path), path.toString()))
                .orElse(List.of());
    }

    private static String hostName(Host host) {
        return host.environment().getOrDefault("HOSTNAME", "localhost");
    }
}
