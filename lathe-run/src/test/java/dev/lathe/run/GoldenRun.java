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
import dev.lathe.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A training run of the reference from {@code goldens/train}, in the words of Lathe's command line.
 *
 * @param golden the run as its file tells it
 * @param init the adapter it started from, if that was not a fresh one
 */
record GoldenRun(JsonNode golden, Path model, Optional<Path> init) {
    /** The reference's words for where it finds what lies elsewhere here. */
    private static final Set<String> PLACES = Set.of("model_name_or_path", "dataset_dir");

    /** One of {@code curves}. */
    static GoldenRun curve(String name) {
        Path goldens = Reference.file("reference/goldens/train");
        JsonNode golden = Json.read(goldens.resolve("curves/" + name + ".json"));
        Optional<Path> init = golden.hasNonNull("init_adapter")
                ? Optional.of(goldens.resolve(
                        "adapters/" + golden.path("init_adapter").asText() + ".safetensors"))
                : Optional.empty();
        String model = golden.path("settings").path("model_name_or_path").asText();
        return new GoldenRun(golden, model.endsWith("-moe4") ? storiesWithExperts() : stories(), init);
    }

    /** A run of stories260K from a fresh start, with settings as the curves have them. */
    static GoldenRun fresh(JsonNode golden) {
        return new GoldenRun(golden, stories(), Optional.empty());
    }

    private static Path stories() {
        return Reference.file("models/stories260K/hf");
    }

    private static Path storiesWithExperts() {
        return Reference.file("models/stories260K/hf-moe4");
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
        arguments.add("dataset_dir=" + Reference.file(own ? "reference/goldens/train/data" : "data"));
        arguments.add("output_dir=" + output);
        return arguments;
    }

    /** The same, starting from the adapter that the reference started from, if it had one. */
    List<String> argumentsFromInit(Path output, Path adapter) {
        if (init.isEmpty()) {
            return arguments(output);
        }
        writeInitialAdapter(init.get(), adapter);
        return Bench.with(arguments(output), "adapter_name_or_path=" + adapter);
    }

    /** A PEFT folder of the first adapter. What it leaves out starts at zero, or as the base has it where it is trained whole. */
    private void writeInitialAdapter(Path init, Path folder) {
        SafeFiles files = new SafeFiles(Bench.UNSYNCED);
        List<TensorSource> tensors = new ArrayList<>();
        try (WeightFile base = Checkpoint.open(model);
                WeightFile given = Safetensors.open(init)) {
            for (Map.Entry<String, JsonNode> trained :
                    golden.path("final_stats").properties()) {
                String name = fileName(trained.getKey());
                if (given.names().contains(name)) {
                    tensors.add(source(name, given.get(name)));
                } else if (name.contains(".lora_B.")) {
                    JsonNode shape = trained.getValue().get(0);
                    long[] zeros = {shape.get(0).longValue(), shape.get(1).longValue()};
                    MemorySegment data = Arena.ofAuto().allocate(Float.BYTES * zeros[0] * zeros[1], Float.BYTES);
                    tensors.add(new TensorSource(new TensorSpec(name, DType.F32, zeros), () -> data));
                } else { // the two ends of the model, which are one tensor in the base
                    tensors.add(source(name, base.get("model.embed_tokens.weight")));
                }
            }
            new SafetensorsWriter(files).write(folder.resolve("adapter_model.safetensors"), tensors);
        }
        files.writeText(folder.resolve("adapter_config.json"), Json.pretty(golden.path("adapter_config")));
    }

    /** The names of the running model carry the adapter's name, those of the file do not. */
    static String fileName(String running) {
        return running.replace(".modules_to_save.default.", ".").replace(".default.", ".");
    }

    private static TensorSource source(String name, StoredTensor tensor) {
        return new TensorSource(new TensorSpec(name, tensor.dtype(), tensor.shape()), tensor::data);
    }
}
