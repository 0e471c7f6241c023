package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.ModelShape;
import dev.lathe.model.TokenScores;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LLM.int8 with rounded inputs against bitsandbytes (goldens/quant). */
class Int8ProductTest {
    private static final int ROWS = 10;
    private static final int IN = 80;
    private static final int OUT = 48;

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @CsvSource({"thr6, 6", "thr0, 0"})
    void codesAndProductAreBitsandbytes(String name, double threshold) {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker();
                WeightFile golden = Goldens.tensors("bitsandbytes/llm_int8.safetensors")) {
            float[] x = Goldens.floats(golden, "x_fp16");
            Int8Inputs inputs = Int8Inputs.of(x, ROWS, threshold);
            byte[] codes = Goldens.bytes(golden, name + ".CA");
            float[] largest = Goldens.floats(golden, name + ".SCA");
            for (int i = 0; i < codes.length; i++) {
                assertThat((byte) inputs.codes()[i]).as("code %d", i).isEqualTo(codes[i]);
            }
            for (int r = 0; r < ROWS; r++) {
                assertThat(inputs.worth()[r]).isCloseTo(largest[r] / 127, within(1e-6f));
            }
            if (threshold > 0) {
                long[] apart = new long[inputs.apart().length];
                for (int i = 0; i < apart.length; i++) {
                    apart[i] = inputs.apart()[i];
                }
                assertThat(Tensors.of(apart, apart.length)
                                .data()
                                .mismatch(golden.get("thr6.outlier_cols").data()))
                        .isEqualTo(-1);
            } else {
                assertThat(inputs.apart()).isEmpty();
            }
            QuantizedWeight weight = weight(golden, unpacker, threshold);
            float[] bias = Goldens.floats(golden, "bias_fp16");
            float[] y = weight.times(Tensors.of(x, ROWS, IN)).toFloats();
            float[] exact = Goldens.floats(golden, name + ".y_formula_fp32");
            float[] theirs = Goldens.floats(golden, name + ".y_fp16");
            for (int i = 0; i < y.length; i++) {
                assertThat(y[i] + bias[i % OUT]).as("y %d", i).isCloseTo(exact[i], within(1e-4f));
                assertThat(y[i] + bias[i % OUT])
                        .as("y %d of the library", i)
                        .isCloseTo(theirs[i], within(3e-3f * (1 + Math.abs(theirs[i]))));
            }
        }
    }

    /** The layer bitsandbytes made the golden products with, with rounded inputs. */
    private static QuantizedWeight weight(WeightFile golden, Unpacker unpacker, double threshold) {
        Numbers dense = new Numbers(golden.get("weight_fp16").data(), DType.F16);
        List<PackedMatrix> parts = List.of(new Int8Quantizer().quantize(new Quantizer.Dense("w", dense, OUT, IN)));
        Optional<Int8Product> product = Int8Product.of(parts, IN, unpacker, threshold);
        assertThat(product).isPresent();
        return new QuantizedWeight(parts, IN, unpacker, product);
    }

    /** Each row of a batch without large inputs has the product it has alone; in bf16 to its rounding. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void rowsAreTheirOwn(long seed) {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker();
                WeightFile golden = Goldens.tensors("bitsandbytes/llm_int8.safetensors")) {
            QuantizedWeight weight = weight(golden, unpacker, 6);
            Random random = new Random(seed);
            float[] numbers = new float[ROWS * IN];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            Tensor x = Tensors.of(numbers, ROWS, IN).to(DType.BF16).to(DType.F32);
            float[] all = weight.times(x).toFloats();
            float[] narrow = weight.times(x.to(DType.BF16)).toFloats();
            for (int r = 0; r < ROWS; r++) {
                float[] alone = weight.times(x.narrow(0, r, 1)).toFloats();
                for (int o = 0; o < OUT; o++) {
                    assertThat(all[r * OUT + o]).isCloseTo(alone[o], within(1e-5f));
                    assertThat(narrow[r * OUT + o]).isCloseTo(alone[o], within(0.02f * (1 + Math.abs(alone[o]))));
                }
            }
        }
    }

    /** Layers that bitsandbytes left dense keep their own product. */
    @Test
    void denseLayersAreLeftAlone() {
        try (Unpacker unpacker = new Unpacker()) {
            List<PackedMatrix> parts = List.of(new DenseMatrix(Numbers.of(new float[12]), 3, 4));
            assertThat(Int8Product.of(parts, 4, unpacker, 6)).isEmpty();
        }
    }

    @Test
    void logitsAreThoseOfTheEightBitPath() {
        Path folder = Goldens.folder("checkpoints/bnb-8bit");
        ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
        DecoderSpec spec = ConfigReader.read(config, "bnb-8bit");
        MatrixFormat format = CheckpointFormats.of(config.path("quantization_config"), "bnb-8bit");
        try (Unpacker unpacker = new Unpacker();
                QuantizedWeights weights = new QuantizedWeights(
                        new DequantizedFile(
                                Checkpoint.open(folder), "bnb-8bit", ModelShape.of(spec), format, DType.F32, unpacker),
                        QuantizedWeights.Inputs.ROUNDED)) {
            Decoder decoder = Decoder.build(spec, new FrozenModules(new Weights(weights, "bnb-8bit", DType.F32)));
            JsonNode logits = Goldens.json("checkpoints/bnb-8bit/golden_logits.json");
            List<Double> off = new ArrayList<>();
            for (JsonNode sequence : logits.path("llm_int8_eval_threshold6")) {
                TokenScores scores = TokenScores.of(decoder, Goldens.ints(sequence.path("ids")), 5);
                double[] sums = Goldens.doubles(sequence.path("logsumexp"));
                double[] next = Goldens.doubles(sequence.path("next_token_logit"));
                for (int t = 0; t < sums.length; t++) {
                    off.add(Math.abs(scores.logSumExp()[t] - sums[t]));
                }
                for (int t = 0; t < next.length; t++) {
                    off.add(Math.abs(scores.nextLogit()[t] - next[t]));
                }
            }
            assertThat(off.stream().mapToDouble(d -> d).average().orElseThrow()).isLessThan(1e-3);
            assertThat(off).allMatch(d -> d < 0.05);
        }
    }
}
