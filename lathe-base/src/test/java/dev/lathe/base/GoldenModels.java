package dev.lathe.base;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The tiny random models of goldens/train/models, each with a config.json in both spellings. */
public final class GoldenModels {
    /** Names of the folders. */
    public static final List<String> NAMES = List.of(
            "llama",
            "llama3_rope",
            "llama_yarn",
            "llama_dynamic",
            "mistral",
            "qwen2",
            "qwen3",
            "phi3",
            "phi3_longrope",
            "gemma2",
            "gemma3_text",
            "granite",
            "glm4",
            "olmo2",
            "smollm3",
            "starcoder2",
            "gpt_neox",
            "falcon",
            "mixtral",
            "qwen2_moe",
            "qwen3_moe",
            "deepseek_v3",
            "gpt_oss");

    private GoldenModels() {}

    public static Path folder(String model) {
        return Reference.file("reference/goldens/train/models/" + model);
    }

    /** Each model with each of its two configs. */
    public static Stream<Arguments> configs() {
        return NAMES.stream()
                .flatMap(model -> Stream.of("config.json", "config_v4.json").map(file -> Arguments.of(model, file)));
    }
}
