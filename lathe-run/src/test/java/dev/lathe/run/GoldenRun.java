package dev.lathe.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Safetensors;
import dev.lathe.model.file.SafetensorsWriter;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A training run of the reference from {@code goldens/train/curves}, in the words of Lathe's command line.
 *
 * @param golden the run's file
 */
record GoldenRun(JsonNode golden, Path goldens, Path model, Path data) {
    /** The reference's words for where it finds what lies elsewhere here. */
    private static final Set<String> PLACES = Set.of("model_name_or_path", "dataset_dir");

    static GoldenRun curve(String name) {
        Path goldens = Reference.file("reference/goldens/train");
        return of(Json.read(goldens.resolve("curves/" + name + ".json")));
    }

    /** A run with settings as the curves have them. */
    static GoldenRun of(JsonNode golden) {
        return new GoldenRun(
                golden,
                Reference.file("reference/goldens/train"),
                Reference.file("models/stories260K/hf"),
                Reference.file("data"));
    }

    String name() {
        return golden.path("name").asText();
    }

    JsonNode settings() {
        return golden.path("settings");
    }

    /** The run's own settings, with this machine's places, into {@code output}. */
    List<String> arguments(Path output) {
        List<String> arguments = new ArrayList<>();
        for (Map.Entry<String, JsonNode> setting : settings().properties()) {
            if (!PLACES.contains(setting.getKey())) {
                arguments.add(setting.getKey() + "=" + setting.getValue().asText());
            }
        }
        boolean own = settings().path("dataset_dir").asText().equals("train/data");
        arguments.add("model_name_or_path=" + model);
        arguments.add("dataset_dir=" + (own ? goldens.resolve("data") : data));
        arguments.add("output_dir=" + output);
        return arguments;
    }

    /** The same, starting from the adapter that the reference started from, if it had one. */
    List<String> argumentsFromInit(Path output, Path adapter) {
        if (!golden.hasNonNull("init_adapter")) {
            return arguments(output);
        }
        writeInitialAdapter(adapter);
        return Bench.with(arguments(output), "adapter_name_or_path=" + adapter);
    }

    /** A PEFT folder of the reference's first adapter; modules trained whole start as the base has them. */
    private void writeInitialAdapter(Path folder) {
        SafeFiles files = new SafeFiles(Bench.UNSYNCED);
        List<TensorSource> tensors = new ArrayList<>();
        try (WeightFile base = Checkpoint.open(model);
                WeightFile init = Safetensors.open(goldens.resolve(
                        "adapters/" + golden.path("init_adapter").asText() + ".safetensors"))) {
            for (String name : init.names()) {
                tensors.add(source(name, init.get(name)));
            }
            for (JsonNode module : golden.path("adapter_config").path("modules_to_save")) {
                boolean head = module.asText().equals("lm_head");
                tensors.add(source(
                        "base_model.model." + (head ? "lm_head.weight" : "model.embed_tokens.weight"),
                        base.get("model.embed_tokens.weight")));
            }
            new SafetensorsWriter(files).write(folder.resolve("adapter_model.safetensors"), tensors);
        }
        files.writeText(folder.resolve("adapter_config.json"), Json.pretty(golden.path("adapter_config")));
    }

    private static TensorSource source(String name, StoredTensor tensor) {
        return new TensorSource(new TensorSpec(name, tensor.dtype(), tensor.shape()), tensor::data);
    }
}
