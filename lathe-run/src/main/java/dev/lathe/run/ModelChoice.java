package dev.lathe.run;

import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.ModelConfig;
import dev.lathe.run.config.TrainedOutput;
import dev.lathe.train.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which model a command uses, and which adapters on it: those that its file names, or what the training of the same file
 * left in its output folder.
 *
 * @param name of the model as the user knows it
 * @param base its folder or GGUF file
 * @param adapters their folders, in the order in which they are put on
 * @param ropeScaling how rotary positions are stretched; empty for as the model has it
 * @param untrained why there is no result of the training that the file describes, if there should be one
 * @param growth what is added to its vocabulary
 * @param loading in which storage its layers are held
 */
record ModelChoice(
        String name,
        Path base,
        List<Path> adapters,
        Optional<String> ropeScaling,
        Optional<String> untrained,
        VocabularyGrowth growth,
        WeightLoading loading) {
    private static final List<String> WEIGHTS = List.of("model.safetensors", "model.safetensors.index.json");
    private static final String ADAPTER = "adapter_config.json";

    /** The base model. */
    LoadedModel open() {
        LoadedModel model = growth.of(LoadedModel.open(name, base)).model();
        return ropeScaling
                .map(type -> new RopeStretch(type).forInference(model))
                .orElse(model);
    }

    static ModelChoice of(Host host, ModelConfig config, Optional<TrainedOutput> trained) {
        List<Path> named = new ModelSource(host, config).adapters();
        Path output = trained.map(TrainedOutput::folder).orElse(Path.of(""));
        if (trained.isEmpty() || named.stream().anyMatch(adapter -> isWithin(adapter, output))) {
            return on(host, config, named, Optional.empty());
        }
        if (Files.exists(output.resolve(ADAPTER))) {
            List<Path> adapters = new ArrayList<>(named.subList(0, Math.max(0, named.size() - 1)));
            adapters.add(output);
            return on(host, config, adapters, Optional.empty());
        }
        if (WEIGHTS.stream().anyMatch(file -> Files.exists(output.resolve(file)))) {
            return new ModelChoice(
                    output.toString(),
                    output,
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    new VocabularyGrowth(host, config.vocabulary(), List.of()),
                    WeightLoading.of(config, host::say));
        }
        Optional<String> untrained = named.isEmpty() ? Optional.of(untrained(output)) : Optional.empty();
        return on(host, config, named, untrained);
    }

    private static ModelChoice on(Host host, ModelConfig config, List<Path> adapters, Optional<String> untrained) {
        return new ModelChoice(
                config.nameOrPath(),
                new ModelSource(host, config).base(),
                adapters,
                config.ropeScaling(),
                untrained,
                new VocabularyGrowth(host, config.vocabulary(), adapters),
                WeightLoading.of(config, host::say));
    }

    /** A checkpoint of the training that is named by hand is meant, even if the training went on. */
    private static boolean isWithin(Path adapter, Path output) {
        return adapter.toAbsolutePath()
                .normalize()
                .startsWith(output.toAbsolutePath().normalize());
    }

    private static String untrained(Path output) {
        return Checkpoints.newest(output)
                .map(checkpoint ->
                        "output_dir %s holds no finished training; run the training again to finish it, or name its newest checkpoint: %s=%s"
                                .formatted(
                                        output,
                                        Files.exists(checkpoint.resolve(ADAPTER))
                                                ? "adapter_name_or_path"
                                                : "model_name_or_path",
                                        checkpoint))
                .orElse("output_dir %s holds nothing that was trained".formatted(output));
    }
}
