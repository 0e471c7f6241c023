package dev.lathe.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The weights of a Hugging Face folder, whether they are in one safetensors file or in shards behind an index. */
public final class Checkpoint implements WeightFile {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String ADAPTER = "adapter_model.safetensors";
    private static final List<String> PICKLED =
            List.of("pytorch_model.bin", "pytorch_model.bin.index.json", "adapter_model.bin");

    private final Path folder;
    private final List<WeightFile> shards;
    private final Map<String, WeightFile> shardOf;

    private Checkpoint(Path folder, List<WeightFile> shards, Map<String, WeightFile> shardOf) {
        this.folder = folder;
        this.shards = shards;
        this.shardOf = shardOf;
    }

    /** Whether the folder holds weights of a model, even such as {@link #open} refuses. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(SINGLE))
                || Files.exists(folder.resolve(INDEX))
                || PICKLED.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    /**
     * Opens what the folder holds: {@code model.safetensors}, else the shards of {@code model.safetensors.index.json},
     * else {@code adapter_model.safetensors}. Every shard's header is checked. Throws {@link UserError} when a shard is
     * missing or broken, when there are only pickled weights, or none.
     */
    public static WeightFile open(Path folder) {
        if (Files.isRegularFile(folder.resolve(SINGLE))) {
            return Safetensors.open(folder.resolve(SINGLE));
        }
        if (Files.isRegularFile(folder.resolve(INDEX))) {
            return sharded(folder);
        }
        if (Files.isRegularFile(folder.resolve(ADAPTER))) {
            return Safetensors.open(folder.resolve(ADAPTER));
        }
        for (String pickled : PICKLED) {
            if (Files.exists(folder.resolve(pickled))) {
                throw new UserError(
                        "%s holds its weights as a Python pickle (%s). A pickle is a program, and is not executed here: convert it to safetensors, or look for a revision of the model that has %s."
                                .formatted(folder, pickled, SINGLE));
            }
        }
        if (!Files.isDirectory(folder)) {
            throw new UserError("%s is not a folder: a model is a folder with %s".formatted(folder, SINGLE));
        }
        throw new UserError(
                "%s holds no weights: none of %s, %s, %s is there".formatted(folder, SINGLE, INDEX, ADAPTER));
    }

    private static WeightFile sharded(Path folder) {
        Map<String, String> weightMap = weightMap(folder.resolve(INDEX));
        Set<String> files = new TreeSet<>(weightMap.values());
        List<String> missing = files.stream()
                .filter(file -> !Files.isRegularFile(folder.resolve(file)))
                .toList();
        if (!missing.isEmpty()) {
            throw new UserError("%s: %d of its %d shards are not there: %s. Fetch the model again."
                    .formatted(folder, missing.size(), files.size(), String.join(", ", missing)));
        }
        List<WeightFile> shards = new ArrayList<>();
        try {
            Map<String, WeightFile> opened = new LinkedHashMap<>();
            for (String file : files) {
                WeightFile shard = Safetensors.open(folder.resolve(file));
                shards.add(shard);
                opened.put(file, shard);
            }
            Map<String, WeightFile> shardOf = new LinkedHashMap<>();
            weightMap.forEach((name, file) -> {
                WeightFile shard = opened.get(file);
                if (shard == null || !shard.names().contains(name)) {
                    throw new UserError("%s: the index says that %s holds tensor %s, but it does not. Fetch both again."
                            .formatted(folder.resolve(INDEX), file, name));
                }
                shardOf.put(name, shard);
            });
            return new Checkpoint(folder, shards, shardOf);
        } catch (RuntimeException e) {
            shards.forEach(WeightFile::close);
            throw e;
        }
    }

    /** Tensor to file name; only names of files that stand in the folder itself are accepted. */
    private static Map<String, String> weightMap(Path index) {
        JsonNode node = Json.read(index).path("weight_map");
        if (!node.isObject() || node.isEmpty()) {
            throw new UserError("%s has no weight_map: it is no index of shards".formatted(index));
        }
        Map<String, String> weightMap = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String file = field.getValue().asText();
            if (!field.getValue().isTextual() || !file.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
                throw new UserError("%s: tensor %s is said to be in %s, which is not the name of a file beside it"
                        .formatted(index, field.getKey(), field.getValue()));
            }
            weightMap.put(field.getKey(), file);
        }
        return weightMap;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(shardOf.keySet());
    }

    @Override
    public TensorSpec spec(String name) {
        return shard(name).spec(name);
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        return shard(name).get(name, computed);
    }

    @Override
    public List<MemorySegment> stored(String name) {
        return shard(name).stored(name);
    }

    /** Of the first shard: all shards of a model say the same. */
    @Override
    public Map<String, String> metadata() {
        return shards.getFirst().metadata();
    }

    @Override
    public void forget() {
        shards.forEach(WeightFile::forget);
    }

    @Override
    public void close() {
        shards.forEach(WeightFile::close);
    }

    private WeightFile shard(String name) {
        WeightFile shard = shardOf.get(name);
        if (shard == null) {
            throw StoredTensor.missing(folder.toString(), name, names());
        }
        return shard;
    }
}
