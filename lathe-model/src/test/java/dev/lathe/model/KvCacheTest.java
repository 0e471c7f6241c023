package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KvCacheTest {
    private static final int WIDTH = 6;

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16", "F64", "F16"})
    void rowsStayWhatTheyAreWhileTheirRoomGrows(DType dtype) {
        for (boolean keys : new boolean[] {true, false}) {
            try (Scope scope = Scope.open();
                    GrowingRows rows = new GrowingRows(keys, 3)) {
                Tensor all = rows(dtype, 100);
                int at = 0;
                for (int count : new int[] {1, 1, 5, 40, 1, 33, 19}) {
                    if (count == 1 && Matrices.reads(dtype)) {
                        rows.put(at, Matrices.of(all), at);
                    } else {
                        rows.put(at, all.narrow(0, at, count));
                    }
                    at += count;
                    assertThat(rows.first(at).toDoubles())
                            .isEqualTo(all.narrow(0, 0, at).toDoubles());
                }
                rows.put(50, all.narrow(0, 0, 2)); // over what stood there
                assertThat(rows.first(52).narrow(0, 50, 2).toDoubles())
                        .isEqualTo(all.narrow(0, 0, 2).toDoubles());
            }
        }
    }

    @Test
    void nothingIsCopiedWithinTheRoomThatWasAskedFor() {
        Decoder decoder = TinyLlama.random(1, new RopeScaling.None());
        int[] text = TinyLlama.text(1, 200);
        try (KvCache cache = KvCache.sized(decoder.spec(), 1)) {
            assertThat(cache.bytes()).isZero();
            cache.reserve(200);
            CachedDecoderTest.OneReader reader = new CachedDecoderTest.OneReader(decoder, cache, 512);
            reader.logitsAfter(text, 3, () -> false);
            long bytes = cache.bytes();
            // 3 layers of keys and values for 2 heads of 8 float32 numbers, in whole blocks of at most 32 tokens
            assertThat(bytes).isBetween(3L * 2 * 16 * 4 * 200, 3L * 2 * 16 * 4 * 232);
            reader.logitsAfter(text, 200, () -> false);
            assertThat(cache.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void isEmptyAfterClosing() {
        Decoder decoder = TinyLlama.random(1, new RopeScaling.None());
        KvCache cache = KvCache.of(decoder.spec());
        new CachedDecoderTest.OneReader(decoder, cache, 512).logitsAfter(TinyLlama.text(1, 9), 9, () -> false);
        assertThat(cache.bytes()).isPositive();
        cache.close();
        assertThat(cache.bytes()).isZero();
        assertThat(cache.length()).isZero();
    }

    private static Tensor rows(DType dtype, int count) {
        double[] numbers = new double[count * WIDTH];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % 251; // which every type holds
        }
        return Tensors.of(numbers, count, WIDTH).to(dtype);
    }
}
