package dev.lathe.bench.measure;

import dev.lathe.bench.report.Headline;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.Generator;
import dev.lathe.run.Host;
import dev.lathe.run.ModelTrial;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * {@code lathe bench generate}: how fast a prompt is read and an answer written, by one stream and by several at once. A
 * single stream reads every weight for every token, so memory bandwidth, measured before and after, bounds it; a prompt is
 * bounded by its matrix products.
 */
public final class GenerateBench {

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
        List<Section> sections = new ArrayList<>(new ModelTrial(host, configuration).loaded(this::measure));
        if (request.int8()) {
            Configuration rounded = request.model().with("infer_weights=int8").configuration(host.environment());
            sections.add(new ModelTrial(host, rounded).loaded(this::int8));
        }
        return new Measurement(
                "generate", Measurement.timestamp(host.clock()), conditions.with(settings(configuration)), sections);
    }

    /**
     * What could be reached.
     *
     * @param bandwidth bytes a second
     * @param prompt tokens a second of the prompt's matrix products alone
     */
    private record Bounds(double bandwidth, double prompt) {}

    private Bounds bounds(LinearShapes shapes, DType compute) {
        long rows = Math.min(Generator.CHUNK, request.prompt());
        StepWork forward = new StepWork(shapes, Set.of());
        Roofline roofline = new Roofline(forward, List.of(new StepWork.Batch(rows, rows, 0)));
        return new Bounds(
                Bandwidth.measure(host.threads()),
                roofline.possible(roofline.rate(Gemms.own(compute).seconds(roofline.products()))));
    }

    private List<Section> measure(ModelTrial.Loaded loaded) {
        DecoderSpec spec = loaded.model().spec();
        LinearShapes shapes = LinearShapes.of(spec);
        PeakMemory peak = new PeakMemory(host.memory());
        GenerateRuns runs = new GenerateRuns(host, loaded.decoder(), request);
        host.say("Measuring memory bandwidth and matrix products");
        Bounds[] bounds = new Bounds[2];
        peak.aside(() -> bounds[0] = bounds(shapes, loaded.compute()));
        GenerateRuns.Speeds speeds = runs.single();
        long peakBytes = peak.bytes();
        List<Double> together = request.streams().stream().map(runs::together).toList();
        bounds[1] = bounds(shapes, loaded.compute());
        double bandwidth = (bounds[0].bandwidth() + bounds[1].bandwidth()) / 2;
        double promptBound = (bounds[0].prompt() + bounds[1].prompt()) / 2;
        int bytes = loaded.compute().bytes();
        double read = bytesPerToken(spec, shapes, bytes, request.prompt() + request.tokens() / 2);
        List<Section> sections = new ArrayList<>();
        sections.add(new Section(
                Headline.SECTION,
                List.of(
                        Headline.SPEED.of(speeds.answer(), Unit.TOKENS_PER_SECOND),
                        Headline.SHARE.of(speeds.answer() * read / bandwidth, Unit.SHARE),
                        Headline.MEMORY.of(peakBytes, Unit.BYTES),
                        new Metric("prompt", speeds.prompt(), Unit.TOKENS_PER_SECOND),
                        new Metric("prompt's share of what is possible", speeds.prompt() / promptBound, Unit.SHARE),
                        new Metric("time to the first token", speeds.first(), Unit.SECONDS))));
        if (!together.isEmpty()) {
            List<Metric> metrics = new ArrayList<>();
            for (int i = 0; i < together.size(); i++) {
                int streams = request.streams().get(i);
                double step = weightBytes(shapes, bytes, streams)
                        + streams * cacheBytes(spec, bytes, runs.shortPrompt() + request.tokens() / 2);
                String name = "%d at once".formatted(streams);
                metrics.add(new Metric(name, together.get(i), Unit.TOKENS_PER_SECOND));
                metrics.add(new Metric(
                        name + ", share of what reading allows",
                        together.get(i) / streams * step / bandwidth,
                        Unit.SHARE));
            }
            sections.add(new Section("streams", metrics));
        }
        sections.add(new Section(
                "roofline",
                List.of(
                        new Metric("reading memory, before", bounds[0].bandwidth(), Unit.BYTES_PER_SECOND),
                        new Metric("reading memory, after", bounds[1].bandwidth(), Unit.BYTES_PER_SECOND),
                        new Metric("a token reads", read, Unit.BYTES),
                        new Metric("possible", bandwidth / read, Unit.TOKENS_PER_SECOND),
                        new Metric("prompt possible", promptBound, Unit.TOKENS_PER_SECOND))));
        return sections;
    }

    /** The same model with weights in a byte each; its head stays as it was. */
    private Section int8(ModelTrial.Loaded loaded) {
        host.say("The same with weights in 8 bits");
        DecoderSpec spec = loaded.model().spec();
        LinearShapes shapes = LinearShapes.of(spec);
        int bytes = loaded.compute().bytes();
        double read = shapes.elements(1)
                + (double) shapes.head().elements() * bytes
                + cacheBytes(spec, bytes, request.prompt() + request.tokens() / 2);
        GenerateRuns.Speeds speeds = new GenerateRuns(host, loaded.decoder(), request).single();
        double possible = Bandwidth.measure(host.threads()) / read;
        return new Section(
                "int8 weights",
                List.of(
                        new Metric("answer", speeds.answer(), Unit.TOKENS_PER_SECOND),
                        new Metric("share of what reading allows", speeds.answer() / possible, Unit.SHARE),
                        new Metric("prompt in int8", speeds.prompt(), Unit.TOKENS_PER_SECOND),
                        new Metric("a token reads", read, Unit.BYTES),
                        new Metric("possible", possible, Unit.TOKENS_PER_SECOND)));
    }

    /** Every matrix once, and the keys and values of a text of {@code length} tokens. */
    static double bytesPerToken(DecoderSpec spec, LinearShapes shapes, int elementBytes, int length) {
        return weightBytes(shapes, elementBytes, 1) + cacheBytes(spec, elementBytes, length);
    }

    private static double weightBytes(LinearShapes shapes, int elementBytes, int texts) {
        return (shapes.elements(texts) + shapes.head().elements()) * elementBytes;
    }

    private static double cacheBytes(DecoderSpec spec, int elementBytes, int length) {
        return 2.0
                * spec.layers()
                * spec.attention().keyHeads()
                * spec.attention().headDim()
                * length
                * elementBytes;
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
