package dev.lathe.bench.measure;

import dev.lathe.bench.report.Headline;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.Generation;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.model.Sampling;
import dev.lathe.run.Host;
import dev.lathe.run.ModelTrial;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * {@code lathe bench generate}: how fast a prompt is read and an answer written. A single stream reads every weight for
 * every token, so memory bandwidth, measured before and after, bounds it; a prompt is bounded by its matrix products.
 */
public final class GenerateBench {
    private static final int RUNS = 3;

    private final Host host;
    private final Conditions conditions;
    private final GenerateRequest request;

    public GenerateBench(Host host, Conditions conditions, GenerateRequest request) {
        this.host = host;
        this.conditions = conditions;
        this.request = request;
    }

    public Measurement run() {
        Configuration configuration = request.model().configuration(host.environment());
        return new ModelTrial(host, configuration).loaded(loaded -> measure(configuration, loaded));
    }

    private Measurement measure(Configuration configuration, ModelTrial.Loaded loaded) {
        DecoderSpec spec = loaded.model().spec();
        PeakMemory peak = new PeakMemory(host.memory());
        double[] bandwidth = new double[2];
        host.say("Measuring memory bandwidth and matrix products");
        LinearShapes shapes = LinearShapes.of(spec);
        double[] promptPossible = new double[2];
        peak.aside(() -> {
            bandwidth[0] = Bandwidth.measure(host.threads());
            promptPossible[0] = promptPossible(shapes, loaded.compute());
        });
        Generator generator = new Generator(loaded.decoder(), host.clock());
        List<Generation> written = new ArrayList<>();
        for (int run = 0; run <= RUNS; run++) {
            Generation generation = write(generator, spec, run);
            host.say(String.format(
                    Locale.ROOT,
                    "%s: prompt %.1f tokens/s, answer %.1f tokens/s",
                    run == 0 ? "Warm-up" : "Run %d of %d".formatted(run, RUNS),
                    promptSpeed(generation),
                    generation.tokensPerSecond()));
            if (run > 0) {
                written.add(generation);
            }
        }
        long peakBytes = peak.bytes();
        bandwidth[1] = Bandwidth.measure(host.threads());
        promptPossible[1] = promptPossible(shapes, loaded.compute());
        double promptBound = (promptPossible[0] + promptPossible[1]) / 2;
        double bytes = bytesPerToken(spec, shapes, loaded.compute().bytes(), request.prompt() + request.tokens() / 2);
        double possible = (bandwidth[0] + bandwidth[1]) / 2 / bytes;
        double speed = median(written, Comparator.comparingDouble(Generation::tokensPerSecond))
                .tokensPerSecond();
        Generation prompt = median(written, Comparator.comparingDouble(GenerateBench::promptSpeed));
        List<Section> sections = List.of(
                new Section(
                        Headline.SECTION,
                        List.of(
                                Headline.SPEED.of(speed, Unit.TOKENS_PER_SECOND),
                                Headline.SHARE.of(speed / possible, Unit.SHARE),
                                Headline.MEMORY.of(peakBytes, Unit.BYTES),
                                new Metric("prompt", promptSpeed(prompt), Unit.TOKENS_PER_SECOND),
                                new Metric(
                                        "prompt's share of what is possible",
                                        promptSpeed(prompt) / promptBound,
                                        Unit.SHARE))),
                new Section(
                        "roofline",
                        List.of(
                                new Metric("reading memory, before", bandwidth[0], Unit.BYTES_PER_SECOND),
                                new Metric("reading memory, after", bandwidth[1], Unit.BYTES_PER_SECOND),
                                new Metric("a token reads", bytes, Unit.BYTES),
                                new Metric("possible", possible, Unit.TOKENS_PER_SECOND),
                                new Metric("prompt possible", promptBound, Unit.TOKENS_PER_SECOND))));
        return new Measurement(
                "generate", Measurement.timestamp(host.clock()), conditions.with(settings(configuration)), sections);
    }

    /** Tokens a second of the prompt's matrix products alone. */
    private double promptPossible(LinearShapes shapes, DType compute) {
        long rows = Math.min(Generator.CHUNK, request.prompt());
        StepWork forward = new StepWork(shapes, Set.of());
        Roofline roofline = new Roofline(forward, List.of(new StepWork.Batch(rows, rows, 0)));
        return roofline.possible(roofline.rate(new Gemms(compute).seconds(roofline.products())));
    }

    private Generation write(Generator generator, DecoderSpec spec, int seed) {
        int[] prompt = new SplittableRandom(seed)
                .ints(request.prompt(), 0, spec.vocabulary())
                .toArray();
        GenerationRequest asked =
                new GenerationRequest(prompt, request.tokens(), Integer.MAX_VALUE, Set.of(), Sampling.GREEDY);
        try (KvCache cache = KvCache.sized(spec, request.prompt() + request.tokens())) {
            return generator.generate(asked, cache, token -> {}, () -> false);
        }
    }

    private static double promptSpeed(Generation generation) {
        return generation.promptTokens() / Math.max(1e-9, generation.prefillSeconds());
    }

    private static Generation median(List<Generation> written, Comparator<Generation> order) {
        return written.stream().sorted(order).toList().get(written.size() / 2);
    }

    /** Every matrix once, and the keys and values of a text of {@code length} tokens. */
    static double bytesPerToken(DecoderSpec spec, LinearShapes shapes, int elementBytes, int length) {
        double weights = shapes.elements() + shapes.head().elements();
        double cache = 2.0
                * spec.layers()
                * spec.attention().keyHeads()
                * spec.attention().headDim()
                * length;
        return (weights + cache) * elementBytes;
    }

    private SequencedMap<String, String> settings(Configuration configuration) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", configuration.effective().getOrDefault("model_name_or_path", ""));
        settings.put("prompt tokens", Integer.toString(request.prompt()));
        settings.put("new tokens", Integer.toString(request.tokens()));
        settings.put("threads", Integer.toString(host.threads()));
        configuration.effective().forEach(settings::putIfAbsent);
        settings.remove("model_name_or_path");
        return settings;
    }
}
