package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weight files from before safetensors, {@code pytorch_model*.bin}, for programs that read no others. They hold a
 * pickle, so Lathe itself does not read them.
 */
public record LegacyWeights(SafeFiles files) {
    private static final String INDEX = "model.safetensors.index.json";

    /**
     * Turns a folder's safetensors into the old format, file by file, with the same shards. Throws {@link UserError} on
     * a full disk; then the folder holds some files of each.
     */
    public void replaceIn(Path folder) {
        try {
            for (Path file : safetensors(folder)) {
                try (WeightFile weights = Safetensors.open(file)) {
                    List<TensorSource> tensors = weights.names().stream()
                            .map(name -> TensorSource.of(weights.get(name)))
                            .toList();
                    new TorchZipWriter(files).write(folder.resolve(legacy(name(file))), tensors);
                }
                Files.delete(file);
            }
            Path index = folder.resolve(INDEX);
            if (Files.exists(index)) {
                files.writeText(folder.resolve("pytorch_model.bin.index.json"), Json.pretty(legacyIndex(index)));
                Files.delete(index);
            }
        } catch (IOException e) {
            throw new UserError("%s: its weights cannot be replaced: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static List<Path> safetensors(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> name(file).endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    private static ObjectNode legacyIndex(Path index) {
        ObjectNode legacy = (ObjectNode) Json.read(index);
        ObjectNode map = Json.object();
        legacy.path("weight_map")
                .properties()
                .forEach(
                        entry -> map.put(entry.getKey(), legacy(entry.getValue().asText())));
        legacy.set("weight_map", map);
        return legacy;
    }

    private static String legacy(String name) {
        return "pytorch_" + name.replaceFirst("\\.safetensors$", ".bin");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
