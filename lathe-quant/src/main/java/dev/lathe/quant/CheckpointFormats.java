package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.util.List;

/** Which format a {@code quantization_config} means. */
final class CheckpointFormats {
    private static final List<String> METHODS =
            List.of("bitsandbytes", "gptq", "awq", "aqlm", "hqq", "eetq", "fp8", "compressed-tensors", "mxfp4");

    private CheckpointFormats() {}

    /** @param origin the model's name, for errors */
    static MatrixFormat of(JsonNode config, String origin) {
        String method = config.path("quant_method").asText("");
        return switch (method) {
            case "bitsandbytes" -> BitsAndBytesFormat.of(config);
            case "gptq" -> GptqFormat.of(config, origin);
            case "awq" -> AwqFormat.of(config, origin);
            case "aqlm" -> new AqlmFormat();
            case "hqq" -> new HqqFormat();
            case "eetq" -> new EetqFormat();
            case "fp8" -> Float8Format.of(config.path("weight_block_size"));
            case "compressed-tensors" -> CompressedTensorsFormat.of(config, origin);
            case "mxfp4" -> new Mxfp4Format();
            default ->
                throw new UserError(
                        "%s: config.json says that its weights are quantised with %s, which cannot be read; these can: %s (nearest: %s). Take the model in one of those, or as it was before quantisation."
                                .formatted(
                                        origin,
                                        method.isEmpty() ? "a method it does not name" : method,
                                        String.join(", ", METHODS),
                                        NearestNames.to(method, METHODS, 1).getFirst()));
        };
    }
}
