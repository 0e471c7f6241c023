package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.TinyFamilies;
import dev.lathe.base.UserError;
import dev.lathe.model.Generation.StopReason;
import dev.lathe.tensor.Torch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are written together are those that would have been written one by one. */
class ManyTextsTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20, 33})
    void togetherIsOneByOne(int count) {
        Decoder decoder = TinyLlama.random(count, new RopeScaling.None());
        assertAlike(decoder, requests(count, TinyLlama.VOCABULARY), 8);
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.model.CachedDecoderTest#cases")
    void positionsAreEachTextsOwn(long seed, RopeScaling scaling) {
        assertAlike(TinyLlama.random(seed, scaling), requests(5, TinyLlama.VOCABULARY), 3);
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void inEveryFamily(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        assertAlike(TinyLlama.random(name.hashCode(), spec), requests(4, spec.vocabulary()), 4);
    }

    @Test
    void stories260K() {
        Decoder decoder = ReferenceLogitsTest.load(Reference.file("models/stories260K/hf"), "config.json");
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/logits/stories260K.json"));
        List<GenerationRequest> requests = new ArrayList<>();
        List<int[]> expected = new ArrayList<>();
        golden.path("prompts").forEach(prompt -> {
            requests.add(new GenerationRequest(
                    GeneratorTest.ids(prompt.path("ids")), 48, Integer.MAX_VALUE, Set.of(), Sampling.GREEDY));
            expected.add(Arrays.copyOf(GeneratorTest.ids(prompt.path("greedy_ids")), 48));
        });
        List<Generation> written = new Generator(decoder, CLOCK).generateAll(requests, (index, id) -> {}, () -> false);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(written.get(i).ids()).isEqualTo(expected.get(i));
        }
        assertAlike(decoder, requests(9, decoder.spec().vocabulary()), 5);
    }

    @Test
    void nothingIsNothing() {
        Decoder decoder = TinyLlama.random(1, new RopeScaling.None());
        assertThat(new Generator(decoder, CLOCK).generateAll(List.of(), (index, id) -> {}, () -> false))
                .isEmpty();
    }

    @Test
    void canBeInterrupted() {
        Decoder decoder = TinyLlama.random(5, new RopeScaling.None());
        int[] rounds = {0};
        List<Generation> written = new Generator(decoder, CLOCK)
                .generateAll(requests(6, TinyLlama.VOCABULARY), 2, (index, id) -> {}, () -> rounds[0]++ == 2);
        assertThat(written).hasSize(6);
        assertThat(written.getLast().reason()).isEqualTo(StopReason.INTERRUPTED);
        assertThat(written.getLast().ids()).isEmpty();
    }

    @Test
    void aPromptThatTheModelCannotReadIsRefusedBeforeAnythingIsWritten() {
        Decoder decoder = TinyLlama.random(6, new RopeScaling.None());
        List<GenerationRequest> requests = List.of(
                request(new int[] {1}, 4, Set.of(), Sampling.GREEDY),
                request(new int[] {64}, 4, Set.of(), Sampling.GREEDY));
        List<Integer> heard = new ArrayList<>();
        assertThatThrownBy(() ->
                        new Generator(decoder, CLOCK).generateAll(requests, (index, id) -> heard.add(id), () -> false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("token 64");
        assertThat(heard).isEmpty();
    }

    /** A prompt of one token, one that may add nothing, one that ends at once, and others of all lengths. */
    private static List<GenerationRequest> requests(int count, int vocabulary) {
        List<GenerationRequest> requests = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            int length = i == 0 ? 1 : 1 + random.nextInt(12);
            int[] prompt = random.ints(length, 0, vocabulary).toArray();
            Sampling sampling = new Sampling(i % 3 == 1, 1.3, 0.95, 30, 1 + 0.1 * (i % 2), 77 + i);
            Set<Integer> stops = i % 4 == 2 ? all(vocabulary) : Set.of(3, 5);
            requests.add(request(prompt, i % 5 == 4 ? 0 : 4 + random.nextInt(12), stops, sampling));
        }
        return requests;
    }

    private static Set<Integer> all(int vocabulary) {
        return IntStream.range(0, vocabulary).boxed().collect(Collectors.toSet());
    }

    private static GenerationRequest request(int[] prompt, int tokens, Set<Integer> stops, Sampling sampling) {
        return new GenerationRequest(prompt, tokens, Integer.MAX_VALUE, stops, sampling);
    }

    private static void assertAlike(Decoder decoder, List<GenerationRequest> requests, int atOnce) {
        Generator generator = new Generator(decoder, 16, CLOCK);
        List<List<Integer>> heard = new ArrayList<>();
        requests.forEach(request -> heard.add(new ArrayList<>()));
        List<Generation> together = generator.generateAll(
                requests, atOnce, (index, id) -> heard.get(index).add(id), () -> false);
        assertThat(together).hasSize(requests.size());
        for (int i = 0; i < requests.size(); i++) {
            try (KvCache cache = KvCache.of(decoder.spec())) {
                Generation alone = generator.generate(requests.get(i), cache, id -> {}, () -> false);
                assertThat(together.get(i).ids()).as("request %d", i).isEqualTo(alone.ids());
                assertThat(together.get(i).reason()).isEqualTo(alone.reason());
                assertThat(together.get(i).beyondPositions()).isEqualTo(alone.beyondPositions());
                assertThat(together.get(i).promptTokens())
                        .isEqualTo(requests.get(i).prompt().length);
                assertThat(heard.get(i))
                        .containsExactlyElementsOf(
                                Arrays.stream(alone.ids()).boxed().toList());
            }
        }
    }
}
