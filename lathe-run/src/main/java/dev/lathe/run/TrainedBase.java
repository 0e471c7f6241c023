package dev.lathe.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.quant.PackedTables;
import dev.lathe.quant.Quantization;
import dev.lathe.quant.Unpacker;
import dev.lathe.run.config.QuantizationConfig;
import dev.lathe.run.config.QuantizationConfig.Method;
import dev.lathe.tensor.DType;
import dev.lathe.train.Artifact;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the weights under an adapter were packed as while it was trained: kept beside it in a file of its own, since PEFT's
 * config has no place for it.
 *
 * @param int8Embedding whether embedding and head were packed too
 * @param compute type of the arithmetic, to which weights were rounded before they were packed
 */
record TrainedBase(QuantizationConfig quantization, boolean int8Embedding, DType compute) {
    private static final String FILE = "lathe_base.json";

    /** Empty for adapters trained on dense weights, or elsewhere. Throws {@link UserError} for a file that makes no sense. */
    static Optional<TrainedBase> of(Path adapter) {
        Path file = adapter.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode node = Json.read(file);
        return Optional.of(new TrainedBase(
                new QuantizationConfig(
                        choice(file, node, "method", Method.values()),
                        node.path("bits").asInt(),
                        node.path("fp4").asBoolean(),
                        node.path("double_quantization").asBoolean()),
                node.path("int8_embedding").asBoolean(),
                choice(file, node, "compute", DType.values())));
    }

    private static <E extends Enum<E>> E choice(Path file, JsonNode node, String key, E[] choices) {
        return Arrays.stream(choices)
                .filter(choice -> choice.name().equals(node.path(key).asText()))
                .findFirst()
                .orElseThrow(() -> new UserError("%s: %s is %s, which is none of %s: delete the file, or restore it"
                        .formatted(file, key, node.path(key), Arrays.toString(choices))));
    }

    /** Writes it beside the adapter. */
    Artifact artifact() {
        ObjectNode node = Json.object()
                .put("method", quantization.method().name())
                .put("bits", quantization.bits())
                .put("fp4", quantization.fp4())
                .put("double_quantization", quantization.doubleQuantization())
                .put("int8_embedding", int8Embedding)
                .put("compute", compute.name());
        return (folder, files, progress) -> files.writeText(folder.resolve(FILE), Json.pretty(node));
    }

    /** The model as it was under the adapter. */
    LoadedModel pack(LoadedModel model) {
        LoadedModel layers =
                Quantization.whileLoading(model, WeightLoading.storage(quantization), compute, new Unpacker());
        return int8Embedding ? PackedTables.of(layers, compute).model() : layers;
    }

    @Override
    public String toString() {
        return WeightLoading.storage(quantization).name() + (int8Embedding ? ", embedding in int8" : "");
    }
}
