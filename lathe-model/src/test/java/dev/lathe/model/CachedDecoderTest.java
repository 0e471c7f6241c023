package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the cache holds, logits are those of reading the text anew without one. */
class CachedDecoderTest {
    private static final List<RopeScaling> SCALINGS = List.of(
            new RopeScaling.None(),
            new RopeScaling.Llama3(8, 1, 4, 16),
            new RopeScaling.Dynamic(2, TinyLlama.POSITIONS),
            new RopeScaling.LongRope(List.of(1.0, 1.05, 1.1, 1.15), List.of(1.5, 2.2, 2.9, 3.6), 20, 1.2));

    static Stream<Arguments> cases() {
        return SCALINGS.stream()
                .flatMap(scaling -> LongStream.range(0, 4).mapToObj(seed -> Arguments.of(seed, scaling)));
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokenByTokenIsAtOnce(long seed, RopeScaling scaling) {
        Decoder decoder = TinyLlama.random(seed, scaling);
        int[] text = TinyLlama.text(seed, 40);
        try (KvCache cache = KvCache.sized(decoder.spec(), 3)) {
            OneReader reader = new OneReader(decoder, cache, 512);
            for (int length = 5; length <= text.length; length++) {
                assertAnew(decoder, reader, text, length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inManyPartsIsInOne(long seed, RopeScaling scaling) {
        Decoder decoder = TinyLlama.random(seed, scaling);
        int[] text = TinyLlama.text(seed, 41);
        for (int chunk : new int[] {1, 2, 7, 40, 41}) {
            try (KvCache cache = KvCache.of(decoder.spec())) {
                assertAnew(decoder, new OneReader(decoder, cache, chunk), text, text.length);
                assertThat(cache.length()).isEqualTo(text.length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goingOnFromACutCacheIsStartingAnew(long seed, RopeScaling scaling) {
        Decoder decoder = TinyLlama.random(seed, scaling);
        int[] text = TinyLlama.text(seed, 40);
        try (KvCache cache = KvCache.of(decoder.spec())) {
            OneReader reader = new OneReader(decoder, cache, 8);
            assertAnew(decoder, reader, text, 40);
            cache.truncate(9);
            assertAnew(decoder, reader, text, 15);
            int[] other = text.clone();
            other[12] = (other[12] + 1) % TinyLlama.VOCABULARY;
            assertAnew(decoder, reader, other, 18);
            assertAnew(decoder, reader, other, 18);
            assertAnew(decoder, reader, text, 10);
            assertAnew(decoder, reader, other, 30);
        }
    }

    @Test
    void readsOnlyWhatIsNew() {
        Decoder decoder = TinyLlama.random(1, new RopeScaling.None());
        int[] text = TinyLlama.text(1, 20);
        try (KvCache cache = KvCache.of(decoder.spec())) {
            OneReader reader = new OneReader(decoder, cache, 512);
            assertThat(reader.known(text, 20)).isZero();
            reader.logitsAfter(text, 20, () -> false);
            assertThat(reader.known(text, 20)).isEqualTo(19);
            int[] other = text.clone();
            other[12]++;
            assertThat(reader.known(other, 20)).isEqualTo(12);
        }
    }

    @Test
    void anInterruptedReadingCanGoOn() {
        Decoder decoder = TinyLlama.random(2, new RopeScaling.None());
        int[] text = TinyLlama.text(2, 20);
        try (KvCache cache = KvCache.of(decoder.spec())) {
            OneReader reader = new OneReader(decoder, cache, 4);
            int[] asked = {0};
            assertThat(reader.logitsAfter(text, 20, () -> asked[0]++ == 2)).isEmpty();
            assertThat(cache.length()).isEqualTo(8);
            assertAnew(decoder, reader, text, 20);
        }
    }

    private static void assertAnew(Decoder decoder, OneReader reader, int[] text, int length) {
        float[] expected = uncached(decoder, Arrays.copyOf(text, length));
        float[] logits = reader.logitsAfter(text, length, () -> false).orElseThrow();
        assertThat(logits).hasSize(expected.length);
        for (int id = 0; id < expected.length; id++) {
            assertThat(logits[id]).isCloseTo(expected[id], within(5e-5f));
        }
    }

    static float[] uncached(Decoder decoder, int[] text) {
        try (Scope scope = Scope.open()) {
            int[] positions = IntStream.range(0, text.length).toArray();
            PackedPass pass = new PackedPass(
                    Tape.off(),
                    decoder.spec().rope().at(positions, text.length),
                    Segments.single(text.length),
                    Optional.empty());
            Tensor hidden = decoder.hidden(pass, Tensors.indices(text));
            return decoder.logits(hidden.narrow(0, text.length - 1, 1)).toFloats();
        }
    }

    /** For a single text. */
    record OneReader(CachedDecoder decoder, KvCache cache) {
        OneReader(Decoder decoder, KvCache cache, int chunk) {
            this(new CachedDecoder(decoder, chunk, 1), cache);
        }

        Optional<float[]> logitsAfter(int[] text, int length, BooleanSupplier interrupted) {
            return decoder.logitsAfter(List.of(new CachedDecoder.Text(text, length, cache)), interrupted)
                    .map(List::getFirst);
        }

        int known(int[] text, int length) {
            return decoder.known(new CachedDecoder.Text(text, length, cache));
        }
    }
}
