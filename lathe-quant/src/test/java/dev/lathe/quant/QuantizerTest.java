package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every way to pack a matrix. */
class QuantizerTest {
    private static final int OUT = 192;
    private static final int IN = 256;

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    static Stream<Quantizer> all() {
        return Stream.of(
                new FourBitQuantizer(FourBitTable.NF4, 64, true),
                new FourBitQuantizer(FourBitTable.NF4, 64, false),
                new FourBitQuantizer(FourBitTable.FP4, 128, true),
                new Int8Quantizer(),
                new EetqQuantizer(),
                new HqqQuantizer(8, 64, 0),
                new HqqQuantizer(6, 64, 0),
                new HqqQuantizer(5, 64, 1),
                new HqqQuantizer(4, 64, 0),
                new HqqQuantizer(3, 64, 0),
                new HqqQuantizer(3, 64, 1),
                new HqqQuantizer(2, 64, 0),
                new HqqQuantizer(1, 64, 0));
    }

    /** Saved and loaded = never saved, bit for bit. */
    @ParameterizedTest
    @MethodSource("all")
    void savedAndLoadedIsTheSame(Quantizer quantizer) {
        PackedMatrix made = quantizer.quantize(matrix(1, OUT, IN));
        MapFile file = new MapFile();
        for (StoredTensor tensor : quantizer.write("model.layers.0.x", made, DType.BF16)) {
            assertThat(tensor.data().byteSize()).isEqualTo(tensor.spec().bytes());
            file.put(tensor);
        }
        MatrixFormat format = CheckpointFormats.of(quantizer.config(), "saved");
        LayerTensors layer = new LayerTensors(file, "saved", "model.layers.0.x", OUT, IN);
        assertThat(format.packs(layer)).isTrue();
        PackedMatrix read = format.read(layer);
        assertThat(Goldens.rows(read, OUT)).isEqualTo(Goldens.rows(made, OUT));
        assertThat(read.bytes()).isEqualTo(made.bytes()).isEqualTo(quantizer.bytes(OUT, IN));
    }

    /** Products with the packed form = products with the matrix it stands for; many rows bit for bit, few to rounding. */
    @ParameterizedTest
    @MethodSource("all")
    void productsAreThoseOfTheDequantisedMatrix(Quantizer quantizer) {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            List<PackedMatrix> parts =
                    List.of(quantizer.quantize(matrix(2, OUT, IN)), quantizer.quantize(matrix(3, 64, IN)));
            QuantizedWeight weight = new QuantizedWeight(parts, IN, unpacker);
            assertThat(weight.out()).isEqualTo(OUT + 64);
            for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
                Tensor dense = weight.dequantize(dtype);
                Tensor x = Tensors.of(numbers(4, 9 * IN), 9, IN).to(dtype);
                Tensor dy = Tensors.of(numbers(5, 9 * (OUT + 64)), 9, OUT + 64).to(dtype);
                assertThat(weight.times(x).toFloats())
                        .isEqualTo(x.matmul(dense.transpose(0, 1)).toFloats());
                assertThat(weight.timesTransposed(dy).toFloats())
                        .isEqualTo(dy.matmul(dense).toFloats());
                Tensor b = Tensors.of(numbers(8, (OUT + 64) * 32), OUT + 64, 32).to(dtype);
                Tensor wide = Tensors.concat(List.of(x, x.narrow(1, 0, 32)), 1);
                Tensor both = Tensors.concat(List.of(dense, b), 1);
                QuantizedWideWeight roomy = new QuantizedWideWeight(weight, b);
                assertThat(roomy.times(wide).toFloats())
                        .isEqualTo(wide.matmul(both.transpose(0, 1)).toFloats());
                assertThat(roomy.timesTransposed(dy).toFloats())
                        .isEqualTo(dy.matmul(dense).toFloats());
                Tensor downs = Tensors.of(numbers(10, 32 * IN), 32, IN).to(dtype);
                LowRank own = new LowRank(b, downs, 24, 0.5);
                assertThat(roomy.gradients(own, dy, wide).dx().toFloats())
                        .isEqualTo(own.gradients(dense, dy, wide).dx().toFloats());
                float[] few = weight.times(x.narrow(0, 3, 2)).toFloats();
                float[] exact = x.narrow(0, 3, 2)
                        .to(DType.F64)
                        .matmul(weight.dequantize(DType.F32).to(DType.F64).transpose(0, 1))
                        .toFloats();
                double rounding = dtype == DType.F32 ? 1e-5 : 2e-2;
                for (int i = 0; i < few.length; i++) {
                    assertThat((double) few[i]).isCloseTo(exact[i], within(rounding * (1 + Math.abs(exact[i]))));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void zerosStayZeros(Quantizer quantizer) {
        PackedMatrix made = quantizer.quantize(new Quantizer.Dense("w", Numbers.of(new float[OUT * IN]), OUT, IN));
        assertThat(Goldens.rows(made, OUT)).containsOnly(0f);
    }

    /** Widths that no block divides: rows of a 4-bit matrix then begin in the middle of blocks, even of bytes. */
    @ParameterizedTest
    @MethodSource("all")
    void oddShapesWorkOrAreRefused(Quantizer quantizer) {
        Quantizer.Dense odd = matrix(6, 5, 13);
        if (quantizer instanceof HqqQuantizer) {
            assertThatThrownBy(() -> quantizer.quantize(odd))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("do not divide 5 x 13");
            return;
        }
        PackedMatrix made = quantizer.quantize(odd);
        float[] rows = Goldens.rows(made, 5);
        float[] source = odd.numbers().toFloats();
        for (int i = 0; i < rows.length; i++) {
            assertThat(rows[i]).isCloseTo(source[i], within(0.7f));
        }
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            Tensor x = Tensors.of(numbers(7, 2 * 13), 2, 13);
            float[] few =
                    new QuantizedWeight(List.of(made), 13, unpacker).times(x).toFloats();
            float[] dense = x.matmul(Tensors.of(rows, 5, 13).transpose(0, 1)).toFloats();
            for (int i = 0; i < few.length; i++) {
                assertThat(few[i]).isCloseTo(dense[i], within(1e-4f));
            }
        }
    }

    private static Quantizer.Dense matrix(long seed, int out, int in) {
        return new Quantizer.Dense("w", Numbers.of(numbers(seed, out * in)), out, in);
    }

    private static float[] numbers(long seed, int count) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
