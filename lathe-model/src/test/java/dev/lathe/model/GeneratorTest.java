package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import dev.lathe.model.Generation.StopReason;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy ids are those of transformers 5.6 in float32 (goldens/train); limits, stops and interruptions. */
class GeneratorTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void stories260K() {
        Decoder decoder = ReferenceLogitsTest.load(Reference.file("models/stories260K/hf"), "config.json");
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/logits/stories260K.json"));
        assertThat(golden.path("prompts").size()).isEqualTo(6);
        golden.path("prompts").forEach(prompt -> assertGreedy(decoder, prompt, 48));
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.GoldenModels#configs")
    void families(String family, String config) {
        Path folder = GoldenModels.folder(family);
        Decoder decoder = ReferenceLogitsTest.load(folder, config);
        Json.read(folder.resolve("golden.json"))
                .path("sequences")
                .forEach(sequence -> assertGreedy(decoder, sequence, 12));
    }

    static void assertGreedy(Decoder decoder, JsonNode golden, int tokens) {
        int[] prompt = ids(golden.path("ids"));
        int[] expected = Arrays.copyOf(ids(golden.path("greedy_ids")), tokens);
        assertThat(run(decoder, request(prompt, tokens, Sampling.GREEDY)).ids()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void cachedIsUncached(long seed) {
        Decoder decoder = TinyLlama.random(seed, new RopeScaling.None());
        int[] prompt = TinyLlama.text(seed, 3 + (int) seed);
        Sampling sampling = new Sampling(seed % 2 == 0, 1.2, 0.9, 20, 1.1, seed);
        int[] expected = uncached(decoder, prompt, 30, sampling);
        assertThat(run(decoder, request(prompt, 30, sampling)).ids()).isEqualTo(expected);
    }

    private static int[] uncached(Decoder decoder, int[] prompt, int tokens, Sampling sampling) {
        Sampler sampler = new Sampler(sampling);
        WrittenText text = new WrittenText(prompt);
        for (int i = 0; i < tokens; i++) {
            float[] logits = CachedDecoderTest.uncached(decoder, Arrays.copyOf(text.ids(), text.length()));
            text.append(sampler.choose(logits, text.seen(), text.length()));
        }
        return text.answer();
    }

    @Test
    void aSharedCacheChangesNothing() {
        Decoder decoder = TinyLlama.random(9, new RopeScaling.None());
        Generator generator = new Generator(decoder, 8, CLOCK);
        int[] first = TinyLlama.text(9, 12);
        try (KvCache cache = KvCache.of(decoder.spec())) {
            Generation answer = generator.generate(request(first, 5, Sampling.GREEDY), cache, id -> {}, () -> false);
            assertThat(answer.reusedTokens()).isZero();
            assertThat(cache.length()).isEqualTo(16);
            int[] second = IntStream.concat(
                            IntStream.concat(Arrays.stream(first), Arrays.stream(answer.ids())),
                            Arrays.stream(TinyLlama.text(10, 6)))
                    .toArray();
            Generation next = generator.generate(request(second, 5, Sampling.GREEDY), cache, id -> {}, () -> false);
            assertThat(next.reusedTokens()).isEqualTo(16);
            assertThat(next.ids())
                    .isEqualTo(run(decoder, request(second, 5, Sampling.GREEDY)).ids());
        }
    }

    @Test
    void endsAtAStopToken() {
        Decoder decoder = TinyLlama.random(3, new RopeScaling.None());
        int[] prompt = TinyLlama.text(3, 4);
        int[] free = run(decoder, request(prompt, 10, Sampling.GREEDY)).ids();
        int stop = free[4];
        int at = IntStream.range(0, 10).filter(i -> free[i] == stop).findFirst().orElseThrow();
        List<Integer> heard = new ArrayList<>();
        try (KvCache cache = KvCache.of(decoder.spec())) {
            Generation stopped = new Generator(decoder, CLOCK)
                    .generate(
                            new GenerationRequest(prompt, 10, 100, Set.of(stop), Sampling.GREEDY),
                            cache,
                            heard::add,
                            () -> false);
            assertThat(stopped.reason()).isEqualTo(StopReason.STOP_TOKEN);
            assertThat(stopped.ids()).isEqualTo(Arrays.copyOf(free, at + 1));
            assertThat(heard).hasSize(at + 1).endsWith(stop);
        }
    }

    @Test
    void endsAtItsLimitsAndSaysWhenItLeftThePositions() {
        Decoder decoder = TinyLlama.random(4, new RopeScaling.None());
        int[] prompt = TinyLlama.text(4, 10);
        Generation all = run(decoder, new GenerationRequest(prompt, 100, 30, Set.of(), Sampling.GREEDY));
        assertThat(all.ids()).hasSize(20);
        assertThat(all.reason()).isEqualTo(StopReason.LENGTH);
        assertThat(all.beyondPositions()).isTrue();
        assertThat(all.promptTokens()).isEqualTo(10);
        Generation within = run(decoder, request(prompt, 14, Sampling.GREEDY));
        assertThat(within.ids()).hasSize(14);
        assertThat(within.beyondPositions()).isFalse();
        assertThat(run(decoder, new GenerationRequest(prompt, 100, 9, Set.of(), Sampling.GREEDY))
                        .ids())
                .isEmpty();
        assertThat(run(decoder, new GenerationRequest(prompt, Integer.MAX_VALUE, 12, Set.of(), Sampling.GREEDY))
                        .ids())
                .hasSize(2);
    }

    @Test
    void canBeInterrupted() {
        Decoder decoder = TinyLlama.random(5, new RopeScaling.None());
        List<Integer> heard = new ArrayList<>();
        try (KvCache cache = KvCache.of(decoder.spec())) {
            Generation answer = new Generator(decoder, CLOCK)
                    .generate(
                            request(TinyLlama.text(5, 4), 10, Sampling.GREEDY),
                            cache,
                            heard::add,
                            () -> heard.size() == 3);
            assertThat(answer.reason()).isEqualTo(StopReason.INTERRUPTED);
            assertThat(answer.ids()).hasSize(3);
        }
    }

    @Test
    void aPromptThatTheModelCannotReadIsRefused() {
        Decoder decoder = TinyLlama.random(6, new RopeScaling.None());
        assertThatThrownBy(() -> run(decoder, request(new int[] {1, 64}, 4, Sampling.GREEDY)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("token 64, but the model has only 64");
        assertThatThrownBy(() -> request(new int[0], 4, Sampling.GREEDY))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no tokens");
    }

    private static GenerationRequest request(int[] prompt, int tokens, Sampling sampling) {
        return new GenerationRequest(prompt, tokens, Integer.MAX_VALUE, Set.of(), sampling);
    }

    private static Generation run(Decoder decoder, GenerationRequest request) {
        try (KvCache cache = KvCache.of(decoder.spec())) {
            return new Generator(decoder, CLOCK).generate(request, cache, id -> {}, () -> false);
        }
    }

    static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
