package dev.lathe.bench.measure;

import dev.lathe.bench.report.Headline;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.run.Host;
import dev.lathe.run.TrainingTrial;
import dev.lathe.run.config.Configuration;
import dev.lathe.train.StepCost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;

/**
 * {@code lathe bench train}: the real training, and in the same process just before and after it the matrix products that
 * it cannot do without, so that the share of the two holds on a machine that is never quiet.
 */
public final class TrainBench {
    private static final int SAMPLES = 512;

    private final Host host;
    private final Conditions conditions;
    private final TrainRequest request;

    public TrainBench(Host host, Conditions conditions, TrainRequest request) {
        this.host = host;
        this.conditions = conditions;
        this.request = request;
    }

    public Measurement run() {
        Configuration configuration = request.configuration(host.environment());
        Alone alone = new Alone();
        TrainSession session = train(configuration, alone);
        double after = alone.rate(alone.gemms.orElseThrow());
        OptionalDouble beside =
                request.busyNeighbour() ? OptionalDouble.of(besideNeighbour(configuration)) : OptionalDouble.empty();
        return measurement(configuration, session, alone, after, beside);
    }

    private double besideNeighbour(Configuration configuration) {
        host.say("Again, beside a process that keeps one core busy");
        try (BusyNeighbour neighbour = BusyNeighbour.start()) {
            return train(configuration, new Unwatched()).tokensPerSecond();
        }
    }

    private TrainSession train(Configuration configuration, TrainSession.Watcher watcher) {
        TrainSession session = new TrainSession(host, request.warmup(), request.steps(), watcher);
        Optional<TrainingTrial.Samples> samples = request.generated()
                ? Optional.of((spec, cutoff) -> GeneratedSamples.of(spec, cutoff, SAMPLES, 42))
                : Optional.empty();
        new TrainingTrial(host, configuration).run(samples, session);
        return session;
    }

    private Measurement measurement(
            Configuration configuration, TrainSession session, Alone alone, double after, OptionalDouble beside) {
        Roofline roofline = alone.roofline.orElseThrow();
        double possible = roofline.possible((alone.before + after) / 2);
        List<Metric> result = new ArrayList<>();
        result.add(Headline.SPEED.of(session.tokensPerSecond(), Unit.TOKENS_PER_SECOND));
        result.add(Headline.SHARE.of(session.tokensPerSecond() / possible, Unit.SHARE));
        double byLibtorch = roofline.possible(alone.libtorch);
        result.add(new Metric(
                "share of what libtorch's products allow", session.tokensPerSecond() / byLibtorch, Unit.SHARE));
        result.add(Headline.MEMORY.of(alone.peakBytes, Unit.BYTES));
        beside.ifPresent(speed -> {
            result.add(new Metric("real tokens a second beside a busy process", speed, Unit.TOKENS_PER_SECOND));
            result.add(new Metric("share kept beside a busy process", speed / session.tokensPerSecond(), Unit.SHARE));
        });
        List<Section> sections = new ArrayList<>(List.of(
                new Section(Headline.SECTION, result),
                new Section(
                        "roofline",
                        List.of(
                                new Metric("products alone, before", alone.before, Unit.OPERATIONS_PER_SECOND),
                                new Metric("products alone, after", after, Unit.OPERATIONS_PER_SECOND),
                                new Metric("libtorch's products alone", alone.libtorch, Unit.OPERATIONS_PER_SECOND),
                                new Metric("a large square product", alone.fastest, Unit.OPERATIONS_PER_SECOND),
                                new Metric("a real token needs", roofline.operationsPerToken(), Unit.OPERATIONS),
                                new Metric("possible", possible, Unit.TOKENS_PER_SECOND),
                                new Metric("possible with libtorch's products", byLibtorch, Unit.TOKENS_PER_SECOND),
                                new Metric("reading memory", alone.bandwidth, Unit.BYTES_PER_SECOND))),
                step(session, alone),
                kinds(session),
                java(session)));
        alone.owners.ifPresent(sections::add);
        return new Measurement(
                "train", Measurement.timestamp(host.clock()), conditions.with(settings(configuration)), sections);
    }

    private Section step(TrainSession session, Alone alone) {
        double mean = session.seconds() / session.costs().size();
        return new Section(
                "a step",
                List.of(
                        new Metric(
                                "real tokens",
                                (double) session.tokens() / session.costs().size(),
                                Unit.COUNT),
                        new Metric("mean", mean, Unit.SECONDS),
                        new Metric("fastest", seconds(session).min().orElse(0), Unit.SECONDS),
                        new Metric("slowest", seconds(session).max().orElse(0), Unit.SECONDS),
                        new Metric(
                                "processors' time",
                                session.java().cpu() / session.seen().seconds(),
                                Unit.CORES),
                        new Metric(
                                "from the program's start to the first step's end, less a warm step",
                                session.firstStepAt() - alone.asideSeconds - mean,
                                Unit.SECONDS)));
    }

    private static DoubleStream seconds(TrainSession session) {
        return session.costs().stream().mapToDouble(StepCost::seconds);
    }

    private static Section kinds(TrainSession session) {
        StackSampler.Seen seen = session.seen();
        double collecting = session.java().collecting() / seen.seconds();
        List<Metric> metrics = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            metrics.add(new Metric(kind.words(), seen.share(kind) * (1 - collecting), Unit.SHARE));
        }
        metrics.add(new Metric("Java's collector", collecting, Unit.SHARE));
        return new Section("time by kind", metrics);
    }

    private static Section java(TrainSession session) {
        return new Section(
                "Java and the measuring",
                List.of(
                        new Metric(
                                "heap allocated a step",
                                (double) session.java().allocated()
                                        / session.costs().size(),
                                Unit.BYTES),
                        new Metric(
                                "looks at the training thread", session.seen().looks(), Unit.COUNT),
                        new Metric("time that looking took", session.seen().overhead(), Unit.SHARE)));
    }

    private SequencedMap<String, String> settings(Configuration configuration) {
        Map<String, String> effective = configuration.effective();
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", effective.getOrDefault("model_name_or_path", ""));
        settings.put("data", request.generated() ? "generated, seed 42" : effective.getOrDefault("dataset", ""));
        settings.put("threads", Integer.toString(host.threads()));
        settings.put("warm-up steps", Integer.toString(request.warmup()));
        settings.put("steps", Integer.toString(request.steps()));
        effective.forEach(settings::putIfAbsent);
        settings.keySet().removeAll(List.of("model_name_or_path", "dataset", "output_dir"));
        return settings;
    }

    /** The training that counts, with its roofline and its memory. */
    private final class Alone implements TrainSession.Watcher {
        private final PeakMemory peak = new PeakMemory(host.memory());
        private Optional<Roofline> roofline = Optional.empty();
        private Optional<Gemms> gemms = Optional.empty();
        private Optional<Section> owners = Optional.empty();
        private double before;
        private double libtorch;
        private double fastest;
        private double bandwidth;
        private double asideSeconds;
        private long peakBytes;

        @Override
        public void assembled(TrainSession session, TrainingTrial.Parts parts) {
            double start = host.seconds();
            StepWork work = new StepWork(LinearShapes.of(parts.model().spec()), TrainSession.trained(parts));
            roofline = Optional.of(new Roofline(work, session.batches()));
            gemms = Optional.of(Gemms.own(parts.compute()));
            peak.aside(() -> {
                before = rate(gemms.orElseThrow());
                libtorch = rate(Gemms.libtorch(parts.compute()));
                fastest = gemms.orElseThrow().fastest();
                bandwidth = Bandwidth.measure(host.threads());
            });
            if (!peak.isClean()) {
                host.say("The peak of memory includes the benchmark's own buffers: this system does not forget peaks");
            }
            asideSeconds = host.seconds() - start;
        }

        @Override
        public void done(TrainSession session, TrainingTrial.Parts parts) {
            peakBytes = peak.bytes();
            long rows = session.batches().stream()
                    .mapToLong(StepWork.Batch::rows)
                    .max()
                    .orElse(0);
            owners = MappedMemory.now().map(mapped -> Owners.of(parts, rows).section(peakBytes, mapped));
        }

        /** Operations a second of the products by themselves, now. */
        double rate(Gemms products) {
            Roofline known = roofline.orElseThrow();
            host.say("Measuring %d matrix products by themselves"
                    .formatted(known.products().size()));
            return known.rate(products.seconds(known.products()));
        }
    }

    private static final class Unwatched implements TrainSession.Watcher {
        @Override
        public void assembled(TrainSession session, TrainingTrial.Parts parts) {}

        @Override
        public void done(TrainSession session, TrainingTrial.Parts parts) {}
    }
}
