package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a model's weights as transformers does: {@code model.safetensors}, or shards and their index when they exceed a
 * size. Tensors go to shards in the natural order of their names (layer 2 before layer 10).
 */
public record CheckpointWriter(SafeFiles files) {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Comparator<TensorSource> NATURAL =
            Comparator.comparing(tensor -> tensor.spec().name(), new NaturalOrder());
    private static final String OURS = "model(-\\d{5}-of-\\d{5})?\\.safetensors(\\.index\\.json)?";

    /**
     * Writes the weights into the folder; weights that an earlier, differently cut model left there are removed at the
     * end. Throws {@link UserError} on a full disk.
     *
     * @param maxShardBytes most bytes of tensors in one file; a larger tensor gets a file of its own.
     *     {@code export_size} counts 1e9 of them
     */
    public void write(Path folder, List<TensorSource> tensors, long maxShardBytes) {
        SafetensorsWriter writer = new SafetensorsWriter(files);
        List<List<TensorSource>> shards = shards(tensors, maxShardBytes);
        Set<String> written = new HashSet<>();
        if (shards.size() <= 1) {
            writer.write(folder.resolve(SINGLE), tensors);
            written.add(SINGLE);
        } else {
            Map<String, String> weightMap = new TreeMap<>();
            for (int i = 0; i < shards.size(); i++) {
                String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
                writer.write(folder.resolve(name), shards.get(i));
                shards.get(i).forEach(tensor -> weightMap.put(tensor.spec().name(), name));
                written.add(name);
            }
            files.writeText(folder.resolve(INDEX), Json.pretty(index(tensors, weightMap)));
            written.add(INDEX);
        }
        removeOthers(folder, written);
    }

    private static List<List<TensorSource>> shards(List<TensorSource> tensors, long maxShardBytes) {
        List<List<TensorSource>> shards = new ArrayList<>();
        List<TensorSource> current = new ArrayList<>();
        long size = 0;
        for (TensorSource tensor : tensors.stream().sorted(NATURAL).toList()) {
            long bytes = tensor.spec().bytes();
            if (bytes > maxShardBytes) {
                shards.add(List.of(tensor));
                continue;
            }
            if (size + bytes > maxShardBytes) {
                shards.add(current);
                current = new ArrayList<>();
                size = 0;
            }
            current.add(tensor);
            size += bytes;
        }
        if (!current.isEmpty()) {
            shards.add(current);
        }
        return shards;
    }

    private static ObjectNode index(List<TensorSource> tensors, Map<String, String> weightMap) {
        ObjectNode index = Json.object();
        index.putObject("metadata")
                .put(
                        "total_parameters",
                        tensors.stream()
                                .mapToLong(tensor -> tensor.spec().elements())
                                .sum())
                .put(
                        "total_size",
                        tensors.stream()
                                .mapToLong(tensor -> tensor.spec().bytes())
                                .sum());
        weightMap.forEach(index.putObject("weight_map")::put);
        return index;
    }

    private static void removeOthers(Path folder, Set<String> written) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.matches(OURS) && !written.contains(name)) {
                    Files.delete(entry);
                }
            }
        } catch (IOException e) {
            throw new UserError(
                    "%s holds weights of an earlier model that cannot be removed (%s): remove all %s but %s yourself"
                            .formatted(folder, e.getMessage(), "model*.safetensors", String.join(", ", written)),
                    e);
        }
    }
}
