package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits of transformers 5.6 (goldens/train), float32, with the tolerances its README advises. */
class ReferenceLogitsTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"stories260K,hf", "stories260K-moe4,hf-moe4"})
    void stories(String name, String folder) {
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/logits/" + name + ".json"));
        Decoder decoder = load(Reference.file("models/stories260K/" + folder), "config.json");
        for (JsonNode prompt : golden.path("prompts")) {
            compare(prompt, decoder, 2e-4, 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.GoldenModels#configs")
    void families(String family, String config) {
        Path folder = GoldenModels.folder(family);
        Decoder decoder = load(folder, config);
        JsonNode golden = Json.read(folder.resolve("golden.json"));
        assertThat(golden.path("sequences").size()).isEqualTo(2);
        for (JsonNode sequence : golden.path("sequences")) {
            compare(sequence, decoder, 2e-4, 1e-5);
        }
    }

    static Decoder load(Path folder, String configName) {
        DecoderSpec spec = ConfigReader.read((ObjectNode) Json.read(folder.resolve(configName)), configName);
        Weights weights = new Weights(Checkpoint.open(folder), folder.toString(), DType.F32);
        return Decoder.build(spec, new FrozenModules(weights));
    }

    static void compare(JsonNode golden, Decoder decoder, double tolerance, double lossTolerance) {
        int[] ids = StreamSupport.stream(golden.path("ids").spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
        TokenScores scores = TokenScores.of(decoder, ids, 5);
        double[] expectedSums = doubles(golden.path("logsumexp"));
        double[] expectedNext = doubles(golden.path("next_logit"));
        IntStream.range(0, ids.length)
                .forEach(i -> assertThat(scores.logSumExp()[i]).isCloseTo(expectedSums[i], within(tolerance)));
        IntStream.range(0, ids.length - 1)
                .forEach(i -> assertThat(scores.nextLogit()[i]).isCloseTo(expectedNext[i], within(tolerance)));
        assertThat(scores.meanLoss()).isCloseTo(golden.path("mean_nll").doubleValue(), within(lossTolerance));
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }
}
