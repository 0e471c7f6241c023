package dev.lathe.train;

import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.file.SafetensorsWriter;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.Parameter;
import java.nio.file.Path;
import java.util.List;

/**
 * An adapter in PEFT's layout: {@code adapter_model.safetensors} with float32 tensors, {@code adapter_config.json}.
 *
 * @param parameters named as PEFT names them
 * @param baseModel name or folder of the model underneath
 */
record AdapterArtifact(List<Parameter> parameters, LoraSpec spec, String baseModel) implements Artifact {
    @Override
    public void write(Path folder, SafeFiles files, Progress progress) {
        List<TensorSource> tensors = parameters.stream()
                .map(parameter -> new TensorSource(
                        new TensorSpec(
                                parameter.name(),
                                parameter.master().dtype(),
                                parameter.master().shape()),
                        () -> parameter.master().data()))
                .toList();
        new SafetensorsWriter(files).write(folder.resolve("adapter_model.safetensors"), tensors);
        files.writeText(folder.resolve("adapter_config.json"), Json.pretty(AdapterConfig.write(spec, baseModel)));
    }
}
