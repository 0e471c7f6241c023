package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checkpoints of compressed-tensors (llm-compressor, vLLM's own format). A layer is of the one of its storages whose tensors
 * it has.
 */
record CompressedTensorsFormat(List<MatrixFormat> storages) implements MatrixFormat {
    private static final Set<String> READ = Set.of(
            "pack-quantized",
            "int-quantized",
            "naive-quantized",
            "float-quantized",
            "dense",
            "sparse-24-bitmask",
            "sparse-bitmask",
            "mixed-precision");

    /** Throws {@link UserError} for layouts that cannot be read. */
    static CompressedTensorsFormat of(JsonNode config, String origin) {
        refuseOthers(config.path("format"), origin);
        refuseOthers(config.path("sparsity_config").path("format"), origin);
        if (!config.path("transform_config").isEmpty()) {
            throw new UserError(
                    "%s: its transform_config turns activations before they meet the weights, which cannot be done yet. Take the model without, or as it was before quantisation."
                            .formatted(origin));
        }
        List<JsonNode> groups = new ArrayList<>();
        config.path("config_groups").forEach(groups::add);
        JsonNode tile = config.path("no tile");
        for (JsonNode group : groups) {
            refuseOthers(group.path("format"), origin);
            tile = group.path("weights").path("block_structure").isArray()
                    ? group.path("weights").path("block_structure")
                    : tile;
        }
        return new CompressedTensorsFormat(List.of(Float8Format.of(tile), new BitmaskFormat(), new PackedIntFormat()));
    }

    private static void refuseOthers(JsonNode format, String origin) {
        if (format.isTextual() && !READ.contains(format.asText())) {
            throw new UserError(
                    "%s: the compressed-tensors format %s cannot be read (or is newer than this version of Lathe); these can: %s"
                            .formatted(
                                    origin,
                                    format.asText(),
                                    String.join(", ", READ.stream().sorted().toList())));
        }
    }

    @Override
    public String name() {
        return "compressed-tensors";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return storages.stream().anyMatch(storage -> storage.packs(layer));
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        return storages.stream()
                .filter(storage -> storage.packs(layer))
                .findFirst()
                .orElseThrow()
                .read(layer);
    }
}
