package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Gguf;
import dev.lathe.model.file.PackedRowFile;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of a few rows, made from the packed form = products with the matrix that it stands for, in double. */
class FewRowsTest {
    private static final List<PackedKernels> KERNELS = List.of(PackedKernels.forHost(), PackedKernels.scalar());

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bnb-4bit",
                "bnb-8bit",
                "gptq-4bit-g128",
                "gptq-8bit-g128",
                "gptq-3bit-g128",
                "gptq-4bit-g128-desc_act",
                "gptq_v2-4bit-g64-asym",
                "awq-4bit-g128",
                "hqq-4bit-g64-axis1",
                "aqlm-2x8-g8",
                "ct-w4a16-g128",
                "ct-w4a16-g64-asym-gptq",
                "ct-w8a8-int8",
                "ct-fp8-tensor"
            })
    void ofCheckpoints(String name) {
        Path folder = Goldens.folder("checkpoints/" + name);
        ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
        MatrixFormat format = CheckpointFormats.of(config.path("quantization_config"), name);
        compare(Checkpoint.open(folder), ConfigReader.read(config, name), format);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rand64-Q8_0", "rand64-Q4_0", "rand64-Q4_1", "rand64-Q5_0", "rand256-Q2_K", "rand256-Q4_K_S"})
    void ofGguf(String name) {
        Gguf gguf = Gguf.open(Reference.file(Goldens.FOLDER + "gguf/" + name + ".gguf"));
        PackedRowFile file = (PackedRowFile) gguf.weights(DType.F32);
        compare(file, ConfigReader.read(gguf.config(DType.F32), name), new GgufFormat(file));
    }

    private static void compare(WeightFile file, DecoderSpec spec, MatrixFormat format) {
        try (DequantizedFile dense =
                new DequantizedFile(file, "model", ModelShape.of(spec), format, DType.F32, new Unpacker())) {
            List<String> packed = dense.names().stream().filter(dense::packs).toList();
            assertThat(packed).isNotEmpty();
            packed.forEach(tensor -> compare(tensor, dense.matrix(tensor), 3));
        }
    }

    /** Odd widths and heights take other ways: groups of HQQ then do not come back, rows have a rest behind vectors. */
    @ParameterizedTest
    @CsvSource({"8, 128, 96", "4, 128, 96", "8, 48, 64", "4, 48, 64", "5, 64, 80", "3, 64, 80", "2, 64, 64"})
    void ofHqq(int bits, int out, int in) {
        for (int axis = 0; axis < 2; axis++) {
            Quantizer quantizer = new HqqQuantizer(bits, 64, axis);
            compare("axis " + axis, quantizer.quantize(dense(out, in)), 4);
        }
    }

    /** Rows of 10 blocks, so that the 256 magnitudes of a second level end within a row; rows that end within a block. */
    @ParameterizedTest
    @CsvSource({"60, 640, true", "60, 640, false", "9, 72, true"})
    void ofFourBits(int out, int in, boolean nested) {
        compare("NF4", new FourBitQuantizer(FourBitTable.NF4, 64, nested).quantize(dense(out, in)), 2);
    }

    @ParameterizedTest
    @CsvSource({"5, 13", "64, 64", "33, 100"})
    void ofBytes(int out, int in) {
        compare("int8", new Int8Quantizer().quantize(dense(out, in)), 2);
        compare("EETQ", new EetqQuantizer().quantize(dense(out, in)), 1);
    }

    private static Quantizer.Dense dense(int out, int in) {
        return new Quantizer.Dense("w", Numbers.of(numbers(out, out * in)), out, in);
    }

    @ParameterizedTest
    @CsvSource({"1, F32", "4, BF16", "5, BF16", "2, F16"})
    void rowsOfAnyTypeAreWrittenWhereTheyAreWanted(int rows, DType type) {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            List<PackedMatrix> parts = List.of(nf4(128), new Int8Quantizer().quantize(dense(33, 128)));
            QuantizedWeight weight = new QuantizedWeight(parts, 128, unpacker);
            Tensor x = Tensors.of(numbers(3, rows * 128), rows, 128).to(type);
            Tensor product = weight.times(x);
            Tensor w = weight.dequantize(DType.F32);
            float[] exact = x.to(DType.F32).matmul(w.transpose(0, 1)).toFloats();
            assertThat(product.dtype()).isEqualTo(type);
            for (int i = 0; i < exact.length; i++) { // some 11 in size, the matrix rounded to 8 bits
                assertThat(product.toFloats()[i]).isCloseTo(exact[i], within(0.2f));
            }
            if (type != DType.F16) { // generation is never in it
                Tensor y = Tensors.empty(type, product.shape());
                weight.times(Matrices.of(x), Matrices.of(y));
                assertThat(y.toFloats()).isEqualTo(product.toFloats());
            }
        }
    }

    private static PackedMatrix nf4(int in) {
        return new FourBitQuantizer(FourBitTable.NF4, 64, true).quantize(dense(40, in));
    }

    /** Beside it a matrix that takes its vectors in another order, where both can have as many columns. */
    private static void compare(String name, PackedMatrix matrix, int rows) {
        int in = (int) matrix.in();
        List<PackedMatrix> parts = List.of(matrix, in % 64 == 0 ? nf4(in) : matrix);
        for (PackedKernels kernels : KERNELS) {
            try (Scope scope = Scope.open();
                    Unpacker unpacker = new Unpacker(kernels)) {
                Tensor x = Tensors.of(numbers(7, rows * in), rows, in);
                Tensor w = unpacker.dense(parts, in, DType.F32);
                float[] exact =
                        x.to(DType.F64).matmul(w.to(DType.F64).transpose(0, 1)).toFloats();
                float[] few = unpacker.few(parts, x).toFloats();
                double size = x.norm() * w.norm() / Math.sqrt(x.count() * (double) w.count()) * Math.sqrt(in);
                for (int i = 0; i < exact.length; i++) {
                    assertThat((double) few[i])
                            .as("%s, product %d of %s", name, i, kernels)
                            .isCloseTo(exact[i], within(3e-5 * size));
                }
            }
        }
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
