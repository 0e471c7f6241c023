package dev.lathe.bench.measure;

import dev.lathe.data.Sample;
import dev.lathe.run.Host;
import dev.lathe.run.TrainingTrial;
import dev.lathe.tensor.Parameter;
import dev.lathe.train.Event;
import dev.lathe.train.MicroBatch;
import dev.lathe.train.StepCost;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Watches one training: warms up, then counts steps while a sampler looks at the thread that trains. */
final class TrainSession implements TrainingTrial.Audience {
    /** Told once everything is in place, and once the steps are done. */
    interface Watcher {
        void assembled(TrainSession session, TrainingTrial.Parts parts);

        void done(TrainSession session, TrainingTrial.Parts parts);
    }

    private final Host host;
    private final int warmup;
    private final int steps;
    private final Watcher watcher;
    private final List<StepCost> costs = new ArrayList<>();
    private final List<StepWork.Batch> batches = new ArrayList<>();
    private Optional<TrainingTrial.Parts> parts = Optional.empty();
    private Optional<StackSampler> sampler = Optional.empty();
    private Optional<StackSampler.Seen> seen = Optional.empty();
    private JvmCosts java = JvmCosts.now();
    private double firstStepAt;

    TrainSession(Host host, int warmup, int steps, Watcher watcher) {
        this.host = host;
        this.warmup = warmup;
        this.steps = steps;
        this.watcher = watcher;
    }

    @Override
    public void assembled(TrainingTrial.Parts assembled) {
        parts = Optional.of(assembled);
        for (int step = warmup; step < warmup + steps; step++) {
            assembled
                    .passes()
                    .of(assembled.plan().step(step), assembled.samples())
                    .forEach(pass -> batches.add(batch(pass)));
        }
        watcher.assembled(this, assembled);
        look(); // the sampler's code has to be warm too
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.StepDone done) {
            int number = (int) done.progress().step();
            if (number == 1) {
                firstStepAt = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
            }
            host.say(String.format(
                    Locale.ROOT,
                    "%s %d of %d: %d tokens in %.3f s",
                    number <= warmup ? "Warm-up step" : "Step",
                    number <= warmup ? number : number - warmup,
                    number <= warmup ? warmup : steps,
                    done.cost().tokens(),
                    done.cost().seconds()));
            if (number > warmup) {
                costs.add(done.cost());
            }
            if (number == warmup) {
                java = JvmCosts.now();
                sampler.ifPresent(StackSampler::close);
                look();
            }
            if (number == warmup + steps) {
                seen = sampler.map(StackSampler::stop);
                java = JvmCosts.now().since(java);
                watcher.done(this, parts.orElseThrow());
            }
        }
    }

    private void look() {
        sampler = Optional.of(StackSampler.watching(Thread.currentThread(), Kinds.load()));
    }

    /** The passes of the steps that count, as the trainer lays them out. */
    List<StepWork.Batch> batches() {
        return batches;
    }

    /** The steps that count. */
    List<StepCost> costs() {
        return costs;
    }

    StackSampler.Seen seen() {
        return seen.orElseThrow();
    }

    /** During the steps that count. */
    JvmCosts java() {
        return java;
    }

    /** Seconds from the program's start to its first finished step. */
    double firstStepAt() {
        return firstStepAt;
    }

    long tokens() {
        return costs.stream().mapToLong(StepCost::tokens).sum();
    }

    double seconds() {
        return costs.stream().mapToDouble(StepCost::seconds).sum();
    }

    double tokensPerSecond() {
        return tokens() / seconds();
    }

    /** Names of what {@code parts} trains. */
    static Set<String> trained(TrainingTrial.Parts parts) {
        return parts.tuning().parameters().stream().map(Parameter::name).collect(Collectors.toSet());
    }

    private static StepWork.Batch batch(MicroBatch pass) {
        long supervised = Arrays.stream(pass.targets())
                .filter(target -> target != Sample.IGNORED)
                .count();
        return new StepWork.Batch(pass.ids().length, pass.tokens(), supervised);
    }
}
