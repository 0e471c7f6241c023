package dev.lathe.bench.measure;

import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.Generation;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.model.Sampling;
import dev.lathe.run.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/** Lets a model write a few times what nobody will read: prompts of random tokens, answers that nothing ends. */
final class GenerateRuns {
    private static final int RUNS = 3;
    /** Prompts of many streams are shorter by this: they are not what is measured there. */
    private static final int SHORTER = 8;

    private final Host host;
    private final Decoder decoder;
    private final GenerateRequest request;

    GenerateRuns(Host host, Decoder decoder, GenerateRequest request) {
        this.host = host;
        this.decoder = decoder;
        this.request = request;
    }

    /**
     * Medians of some runs.
     *
     * @param prompt tokens of it that were read in a second
     * @param answer tokens that were written in a second
     * @param first seconds until the first token of the answer was there
     */
    record Speeds(double prompt, double answer, double first) {}

    /** One stream. */
    Speeds single() {
        List<Generation> written = new ArrayList<>();
        for (int run = 0; run <= RUNS; run++) {
            Generation generation = write(run);
            host.say(String.format(
                    Locale.ROOT,
                    "%s: prompt %.1f tokens/s, answer %.1f tokens/s",
                    name(run),
                    promptSpeed(generation),
                    generation.tokensPerSecond()));
            if (run > 0) {
                written.add(generation);
            }
        }
        return new Speeds(
                median(written.stream().map(GenerateRuns::promptSpeed).toList()),
                median(written.stream().map(Generation::tokensPerSecond).toList()),
                median(written.stream().map(Generation::prefillSeconds).toList()));
    }

    /** Tokens a second of all streams together, after the prompts were read. */
    double together(int streams) {
        List<Double> speeds = new ArrayList<>();
        for (int run = 0; run <= RUNS; run++) {
            double speed = write(streams, run);
            host.say(String.format(Locale.ROOT, "%d streams, %s: %.1f tokens/s", streams, name(run), speed));
            if (run > 0) {
                speeds.add(speed);
            }
        }
        return median(speeds);
    }

    /** Tokens of the prompts of {@link #together}. */
    int shortPrompt() {
        return Math.max(1, request.prompt() / SHORTER);
    }

    private static String name(int run) {
        return run == 0 ? "Warm-up" : "Run %d of %d".formatted(run, RUNS);
    }

    private Generation write(int seed) {
        DecoderSpec spec = decoder.spec();
        try (KvCache cache = KvCache.sized(spec, request.prompt() + request.tokens())) {
            return new Generator(decoder, host.clock())
                    .generate(asked(request.prompt(), seed), cache, token -> {}, () -> false);
        }
    }

    private double write(int streams, int seed) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            requests.add(asked(shortPrompt(), seed * streams + i));
        }
        List<Generation> written =
                new Generator(decoder, host.clock()).generateAll(requests, streams, (index, token) -> {}, () -> false);
        int tokens = written.stream().mapToInt(each -> each.ids().length - 1).sum();
        double seconds =
                written.stream().mapToDouble(Generation::decodeSeconds).max().orElse(0);
        return tokens / Math.max(1e-9, seconds);
    }

    private GenerationRequest asked(int length, int seed) {
        int[] prompt = new SplittableRandom(seed)
                .ints(length, 0, decoder.spec().vocabulary())
                .toArray();
        return new GenerationRequest(prompt, request.tokens(), Integer.MAX_VALUE, Set.of(), Sampling.GREEDY);
    }

    private static double promptSpeed(Generation generation) {
        return generation.promptTokens() / Math.max(1e-9, generation.prefillSeconds());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
