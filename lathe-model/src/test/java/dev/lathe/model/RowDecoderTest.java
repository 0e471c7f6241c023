package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.base.TinyFamilies;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The step without tensors gives the logits of the decoder's own operations. */
class RowDecoderTest {
    private static final int MOST = 3;

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void isTheGeneralWay(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        Decoder decoder = TinyLlama.random(name.hashCode(), spec);
        assertAlike(decoder, 1e-4);
    }

    @Test
    void knowsTheUsualFamilies() {
        List<String> known = new ArrayList<>();
        for (String name : TinyFamilies.names()) {
            DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
            if (TinyLlama.random(1, spec).rowwise(MOST).isPresent()) {
                known.add(spec.modelType());
            }
        }
        assertThat(known).contains("llama", "mistral", "qwen2", "qwen3");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void roundsWhereTheGeneralWayDoes(DType dtype) {
        for (String name : List.of("llama", "qwen2", "qwen3")) {
            DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
            FreshWeights fresh = new FreshWeights(spec, 7);
            Decoder decoder = Decoder.build(spec, new FrozenModules(new Weights(fresh, name, dtype)));
            assertThat(decoder.rowwise(MOST)).isPresent();
            assertAlike(decoder, dtype == DType.BF16 ? 0.03 : 1e-5);
        }
    }

    /** Three texts of different lengths, step by step, together and each for itself. */
    private static void assertAlike(Decoder decoder, double tolerance) {
        CachedDecoder general = new CachedDecoder(decoder, 8, Optional.empty());
        CachedDecoder stepping = new CachedDecoder(decoder, 8, decoder.rowwise(MOST));
        CachedDecoder alone = new CachedDecoder(decoder, 8, decoder.rowwise(MOST));
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            texts.add(new SplittableRandom(i)
                    .ints(20, 0, decoder.spec().vocabulary())
                    .toArray());
        }
        try (Caches a = Caches.of(decoder);
                Caches b = Caches.of(decoder);
                Caches c = Caches.of(decoder)) {
            for (int more = 0; more < 8; more++) {
                List<float[]> expected = a.logits(general, texts, more);
                List<float[]> actual = b.logits(stepping, texts, more);
                for (int i = 0; i < MOST; i++) {
                    assertClose(actual.get(i), expected.get(i), tolerance);
                    float[] own = c.logitsOf(i, alone, texts, more);
                    if (more > 0) { // the prompt's products have other shapes, and so other roundings
                        assertClose(own, actual.get(i), tolerance);
                    }
                }
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        float size = 0;
        for (float value : expected) {
            size = Math.max(size, Math.abs(value));
        }
        assertThat(actual).hasSize(expected.length);
        for (int id = 0; id < expected.length; id++) {
            assertThat(actual[id]).isCloseTo(expected[id], within((float) (tolerance * (1 + size))));
        }
    }

    private record Caches(List<KvCache> caches) implements AutoCloseable {
        private static final int[] PROMPTS = {1, 5, 12};

        static Caches of(Decoder decoder) {
            List<KvCache> caches = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                caches.add(KvCache.sized(decoder.spec(), 2));
            }
            return new Caches(caches);
        }

        List<float[]> logits(CachedDecoder decoder, List<int[]> texts, int more) {
            List<CachedDecoder.Text> read = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                read.add(text(i, texts, more));
            }
            return decoder.logitsAfter(read, () -> false).orElseThrow();
        }

        float[] logitsOf(int i, CachedDecoder decoder, List<int[]> texts, int more) {
            return decoder.logitsAfter(List.of(text(i, texts, more)), () -> false)
                    .orElseThrow()
                    .getFirst();
        }

        private CachedDecoder.Text text(int i, List<int[]> texts, int more) {
            return new CachedDecoder.Text(texts.get(i), PROMPTS[i] + more, caches.get(i));
        }

        @Override
        public void close() {
            caches.forEach(KvCache::close);
        }
    }
}
