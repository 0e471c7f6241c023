package dev.lathe.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.StoredLayout;
import dev.lathe.model.file.CheckpointWriter;
import dev.lathe.model.file.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A whole model in Hugging Face's layout: {@code config.json}, {@code generation_config.json}, weights.
 *
 * @param generation {@code generation_config.json}, if the model has one
 * @param maxShardBytes most bytes of one file
 */
public record ModelArtifact(
        ObjectNode config, Optional<ObjectNode> generation, List<TensorSource> tensors, long maxShardBytes)
        implements Artifact {
    /** What transformers cuts at when nobody says. */
    public static final long DEFAULT_SHARD = 50_000_000_000L;

    @Override
    public void write(Path folder, SafeFiles files, Progress progress) {
        write(folder, files);
    }

    public void write(Path folder, SafeFiles files) {
        StoredLayout layout = StoredLayout.of(ConfigReader.read(config, "config.json"));
        new CheckpointWriter(files).write(folder, layout.writing(tensors), maxShardBytes);
        files.writeText(folder.resolve("config.json"), Json.pretty(config));
        generation.ifPresent(
                settings -> files.writeText(folder.resolve("generation_config.json"), Json.pretty(settings)));
    }
}
