package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which model, and where it comes from.
 *
 * @param nameOrPath a folder, a GGUF file, a hub name, or {@code lathe:} and the name of one that comes with Lathe
 * @param adapters adapter folders; all but the last are merged when training goes on with the last
 * @param revision branch, tag or commit on the hub
 * @param cacheDir where downloads are kept; empty for the hub's usual cache
 * @param hubToken for the hub; when empty, HF_TOKEN may hold one
 * @param quantization what its linear layers are packed as while it loads
 * @param gguf what becomes of a GGUF file's blocks
 * @param int8Embedding whether the embedding and the head are packed too
 * @param int8Activations whether inputs are rounded too where bitsandbytes' 8 bits answer
 * @param fromScratch random weights of the model's shape instead of its own
 * @param vocabulary what is added to its vocabulary
 * @param ropeScaling how rotary positions are stretched; empty for as the model has it
 */
public record ModelConfig(
        String nameOrPath,
        List<String> adapters,
        String revision,
        Optional<Path> cacheDir,
        Optional<Secret> hubToken,
        Optional<QuantizationConfig> quantization,
        GgufWeights gguf,
        boolean int8Embedding,
        boolean int8Activations,
        boolean fromScratch,
        VocabularyConfig vocabulary,
        Optional<String> ropeScaling) {
    static ModelConfig of(Settings s) {
        return new ModelConfig(
                s.text("model_name_or_path"),
                s.names("adapter_name_or_path"),
                s.text("model_revision"),
                s.optionalPath("cache_dir"),
                s.optionalText("hf_hub_token").map(Secret::new),
                QuantizationConfig.of(s),
                GgufWeights.of(s),
                s.on("quantize_embedding"),
                s.flag("int8_activations"),
                s.flag("train_from_scratch"),
                VocabularyConfig.of(s),
                s.optionalText("rope_scaling"));
    }
}
