package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Bf16Test {
    private static final ValueLayout.OfShort BITS = ValueLayout.JAVA_SHORT_UNALIGNED;

    @Test
    void everyBf16Survives() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float wide = Bf16.widen((short) bits);
            if (!Float.isNaN(wide)) {
                assertThat(Bf16.narrow(wide)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void narrowsAsLibtorchDoesAndVectorsToo() {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[16_384];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt()); // NaN, infinities and denormal numbers among them
        }
        values[0] = Float.intBitsToFloat(0x7FFFFFFF);
        values[1] = Float.MAX_VALUE;
        values[2] = Float.NEGATIVE_INFINITY;
        values[3] = Float.MIN_VALUE;
        try (Scope scope = Scope.open()) {
            MemorySegment expected =
                    Tensors.of(values, values.length).to(DType.BF16).data();
            MemorySegment vectors = MemorySegment.ofArray(new short[values.length]);
            Lanes.write(values, Matrix.of(vectors, Element.BF16, 1, values.length), 0);
            for (int i = 0; i < values.length; i++) {
                // libtorch has two kinds of NaN, one for vectors and one for what is left over.
                short bits = Float.isNaN(values[i]) ? 0x7FC0 : expected.getAtIndex(BITS, i);
                assertThat(Bf16.narrow(values[i])).as("%s", values[i]).isEqualTo(bits);
                assertThat(vectors.getAtIndex(BITS, i))
                        .as("%s in a vector", values[i])
                        .isEqualTo(bits);
            }
        }
    }
}
