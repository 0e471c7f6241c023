package dev.lathe.run.config;

import java.util.List;

/**
 * Low-rank adapters (Hu et al. 2021, arXiv:2106.09685).
 *
 * @param rank at least 1
 * @param alpha the scale is alpha / rank, or alpha / sqrt(rank) with {@code rankStabilised}
 * @param dropout share of inputs dropped before the adapter, in [0, 1)
 * @param targets linear layers that get one
 * @param additionalModules modules trained whole and saved with the adapter (PEFT's modules_to_save)
 * @param rankStabilised rsLoRA (Kalajdzievski 2023, arXiv:2312.03732)
 */
public record LoraConfig(
        int rank,
        int alpha,
        double dropout,
        ModuleNames targets,
        List<String> additionalModules,
        boolean rankStabilised)
        implements FinetuneConfig {
    static LoraConfig of(Settings s) {
        return new LoraConfig(
                s.whole("lora_rank"),
                s.whole("lora_alpha"),
                s.number("lora_dropout"),
                ModuleNames.of(s.names("lora_target")),
                s.names("additional_target"),
                s.flag("use_rslora"));
    }
}
