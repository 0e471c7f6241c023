package dev.lathe.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.model.file.Safetensors;
import dev.lathe.model.file.SafetensorsWriter;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * All that a resumed run needs beside the settings, so that it goes on bit for bit: masters and optimizer states in
 * {@code lathe_state.safetensors}, counters and the settings they belong to in {@code lathe_state.json}. Everything
 * random is a function of seed and step and needs no state.
 */
public final class TrainingState implements Artifact {
    private static final String NUMBERS = "lathe_state.json";
    private static final String TENSORS = "lathe_state.safetensors";
    private static final int FORMAT = 1;

    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final SequencedMap<String, String> settings;
    private long run;

    /**
     * @param settings of the run, by key: compared when it is resumed
     * @param run when it begins, in milliseconds: tells its checkpoints from an earlier run's in the same folder
     */
    public TrainingState(
            List<Parameter> parameters, Optimizer optimizer, SequencedMap<String, String> settings, long run) {
        this.run = run;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.settings = new LinkedHashMap<>(settings);
    }

    /** Whether a checkpoint holds such a state; one of the reference does not. */
    public static boolean isIn(Path checkpoint) {
        return Files.isRegularFile(checkpoint.resolve(NUMBERS));
    }

    /** When the run began that a checkpoint belongs to. */
    static long runOf(Path checkpoint) {
        return Json.read(checkpoint.resolve(NUMBERS)).path("run").longValue();
    }

    @Override
    public void write(Path folder, SafeFiles files, Progress progress) {
        List<TensorSource> sources = new ArrayList<>();
        tensors()
                .forEach((name, tensor) -> sources.add(
                        new TensorSource(new TensorSpec(name, tensor.dtype(), tensor.shape()), tensor::data)));
        new SafetensorsWriter(files).write(folder.resolve(TENSORS), sources);
        ObjectNode numbers = Json.object()
                .put("format", FORMAT)
                .put("run", run)
                .put("step", progress.step())
                .put("tokens", progress.tokens())
                .put("samples", progress.samples());
        settings.forEach(numbers.putObject("settings")::put);
        files.writeText(folder.resolve(NUMBERS), Json.pretty(numbers));
    }

    /** What differs between the checkpoint's settings and this run's: key to the two values. */
    public SequencedMap<String, List<String>> changes(Path checkpoint) {
        JsonNode saved = Json.read(checkpoint.resolve(NUMBERS)).path("settings");
        SequencedMap<String, List<String>> changes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : saved.properties()) {
            String now = settings.getOrDefault(entry.getKey(), "(not set)");
            if (!now.equals(entry.getValue().asText())) {
                changes.put(entry.getKey(), List.of(entry.getValue().asText(), now));
            }
        }
        settings.forEach((key, value) -> {
            if (!saved.has(key)) {
                changes.put(key, List.of("(not set)", value));
            }
        });
        return changes;
    }

    /** Takes everything over from the checkpoint and returns where it stood. */
    public Progress restore(Path checkpoint, StepPlan plan) {
        JsonNode numbers = Json.read(checkpoint.resolve(NUMBERS));
        if (numbers.path("format").intValue() != FORMAT) {
            throw new UserError("%s: format %s is not known here; it was written by another version of Lathe"
                    .formatted(checkpoint.resolve(NUMBERS), numbers.path("format")));
        }
        try (WeightFile file = Safetensors.open(checkpoint.resolve(TENSORS))) {
            tensors().forEach((name, tensor) -> copy(file, name, tensor, checkpoint));
        }
        parameters.forEach(Parameter::refresh);
        run = numbers.path("run").longValue();
        long step = numbers.path("step").longValue();
        optimizer.resumeAt(step);
        return new Progress(
                step,
                plan.totalSteps(),
                step == 0 ? 0 : plan.step(step - 1).epochAfter(),
                numbers.path("tokens").longValue(),
                numbers.path("samples").longValue());
    }

    private static void copy(WeightFile file, String name, Tensor into, Path checkpoint) {
        Optional<StoredTensor> stored = file.names().contains(name) ? Optional.of(file.get(name)) : Optional.empty();
        boolean fits = stored.isPresent()
                && stored.get().dtype() == into.dtype()
                && Arrays.equals(stored.get().shape(), into.shape());
        if (!fits) {
            throw new UserError(
                    "%s: %s is missing or of another shape: the checkpoint belongs to another run. Train into another output_dir, or set overwrite_output_dir: true to start anew."
                            .formatted(checkpoint.resolve(TENSORS), name));
        }
        into.data().copyFrom(stored.get().data());
    }

    private SequencedMap<String, Tensor> tensors() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach(parameter -> tensors.put("master." + parameter.name(), parameter.master()));
        optimizer.states().forEach((name, tensor) -> tensors.put("optimizer." + name, tensor));
        return tensors;
    }
}
