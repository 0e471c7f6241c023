package dev.lathe.run;

import dev.lathe.data.LoadedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.TrainRun;
import dev.lathe.tensor.Torch;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Event;
import dev.lathe.train.Events;
import dev.lathe.train.Interval;
import dev.lathe.train.LanguageModeling;
import dev.lathe.train.Optimizer;
import dev.lathe.train.Progress;
import dev.lathe.train.Trainer;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A run whose loss counts the routers' balance, but does not train by it: what the reference does. */
record CountedBalance(Bench bench, List<String> arguments) {
    /** Trains to the end and leaves the weights in the output folder. */
    Heard train() {
        Configuration configuration = Bench.configuration(arguments);
        TrainRun run = TrainRun.of(configuration);
        Host host = bench.host();
        Torch.start(1);
        StartingModel start = new StartingModel(host, run);
        Continuation anew = new Continuation(Optional.empty(), false);
        VocabularyGrowth.Grown grown = start.open(anew, () -> {});
        try (LoadedModel model = grown.model()) {
            LoadedData data = bench.data(host, run);
            RunParts parts = RunParts.of(host, configuration, run, model, data);
            Tuning tuning = start.tuning(anew, grown, parts);
            Heard heard = new Heard();
            Event.RunFinished end = trainer(parts, tuning, heard)
                    .run(new Progress(0, parts.plan().totalSteps(), 0, 0, 0));
            Path output = run.checkpoints().outputDir();
            tuning.weights().write(output, host.files(), end.progress());
            return heard;
        }
    }

    private static Trainer trainer(RunParts parts, Tuning tuning, Heard heard) {
        Host host = parts.host();
        Events events = new Events(List.of(heard));
        Optimizer optimizer = parts.optimizer(tuning.parameters());
        return new Trainer(
                parts.trainerSettings(),
                parts.loop(tuning),
                new LanguageModeling(false, parts.routerBalance(), false),
                optimizer,
                tuning.parameters(),
                parts.data().train().samples(),
                new Evaluation(List.of(), new Interval.Never(), 1, events, host::seconds),
                new Checkpoints(
                        new Checkpoints.Settings(
                                parts.run().checkpoints().outputDir(), new Interval.Never(), 0, Optional.empty()),
                        host.files(),
                        List.of(),
                        events),
                new Trainer.Surroundings(events, host::seconds, host.memory(), host.interrupted()));
    }
}
