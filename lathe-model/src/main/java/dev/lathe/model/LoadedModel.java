package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Gguf;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model as it lies on the disk: a Hugging Face folder or a GGUF file. Its weights stay mapped until {@link #close}.
 *
 * @param name as the user gave it, for messages and {@code base_model_name_or_path}
 * @param config {@code config.json}, or what it would say for a GGUF file
 * @param generation {@code generation_config.json}
 */
public record LoadedModel(
        String name,
        ObjectNode config,
        Optional<ObjectNode> generation,
        DecoderSpec spec,
        WeightFile weights,
        Tokenizer tokenizer)
        implements AutoCloseable {
    private static final List<String> GENERATION_KEYS = List.of("bos_token_id", "eos_token_id", "pad_token_id");
    /** Lathe's own key of config.json: the seed of a model without weights. */
    private static final String RANDOM = "lathe_random_weights";

    /**
     * Opens a model. Throws {@link UserError} when a part is missing, damaged or of a kind that is not there yet. Makes no
     * tensor, so that libtorch need not be there yet.
     *
     * @param path a folder or a {@code .gguf} file
     */
    public static LoadedModel open(String name, Path path) {
        if (Files.isDirectory(path)) {
            return folder(name, path);
        }
        if (Files.isRegularFile(path)) {
            return gguf(name, path);
        }
        throw new UserError("model_name_or_path: %s is neither a folder nor a GGUF file".formatted(path));
    }

    /** A folder that holds a shape and a tokenizer, to be filled with fresh weights. Makes no tensor either. */
    public static LoadedModel fresh(String name, Path folder, long seed) {
        ObjectNode config = config(folder);
        DecoderSpec spec = ConfigReader.read(config, name + "/config.json");
        return folder(name, folder, config, spec, new FreshWeights(spec, seed));
    }

    /** With the folder's weights; random ones where it has none and its config.json says that this is meant. */
    private static LoadedModel folder(String name, Path folder) {
        ObjectNode config = config(folder);
        DecoderSpec spec = ConfigReader.read(config, name + "/config.json");
        JsonNode seed = config.path(RANDOM);
        if (seed.isIntegralNumber() && !Checkpoint.isIn(folder)) {
            return folder(name, folder, config, spec, FreshWeights.quick(spec, seed.asLong()));
        }
        WeightFile weights = StoredLayout.of(spec).reading(Checkpoint.open(folder));
        try {
            LoadedModel model = folder(name, folder, config, spec, weights);
            return spec.tiedHead() && hasOwnHead(spec, weights) ? model.untied() : model;
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static LoadedModel folder(
            String name, Path folder, ObjectNode config, DecoderSpec spec, WeightFile weights) {
        return new LoadedModel(name, config, generation(folder), spec, weights, Tokenizer.load(folder));
    }

    /**
     * Whether there is a head that differs from the embedding's table. transformers 5 writes such checkpoints with
     * {@code tie_word_embeddings: true} when one of the two was trained by itself (additional_target: embed_tokens).
     */
    private static boolean hasOwnHead(DecoderSpec spec, WeightFile weights) {
        if (!weights.names().containsAll(List.of(spec.headTensor(), spec.embeddingTensor()))) {
            return false;
        }
        if (StoredLayout.of(spec).hasDirections()) {
            return true; // and computing it would take tensors
        }
        StoredTensor head = weights.get(spec.headTensor());
        StoredTensor table = weights.get(spec.embeddingTensor());
        return head.dtype() != table.dtype() || head.data().mismatch(table.data()) >= 0;
    }

    private static LoadedModel gguf(String name, Path file) {
        Gguf gguf = Gguf.open(file);
        try {
            return gguf(name, gguf);
        } catch (RuntimeException e) {
            gguf.close();
            throw e;
        }
    }

    private static LoadedModel gguf(String name, Gguf gguf) {
        String architecture = gguf.metadata().path("general.architecture").asText("not named");
        boolean experts = gguf.metadata().path(architecture + ".expert_count").asInt(0) > 0;
        if (architecture.equals("llama") && !experts) {
            ObjectNode config = gguf.config(gguf.dtype());
            WeightFile weights = gguf.weights(gguf.dtype());
            return of(name, config, weights, gguf);
        }
        GgufFamily family = GgufFamily.of(architecture, gguf.metadata(), name);
        ObjectNode config = new GgufConfig(family, gguf.metadata(), gguf.tensors(DType.F32), name).config(gguf.dtype());
        DecoderSpec spec = ConfigReader.read(config, name);
        return of(name, config, new GgufTensors(gguf, family, spec, gguf.dtype(), name), gguf);
    }

    private static LoadedModel of(String name, ObjectNode config, WeightFile weights, Gguf gguf) {
        return new LoadedModel(
                name,
                config,
                Optional.empty(),
                ConfigReader.read(config, name),
                weights,
                Tokenizer.fromGguf(gguf.vocabulary()));
    }

    private static ObjectNode config(Path folder) {
        Path file = folder.resolve("config.json");
        if (!Files.exists(file)) {
            throw new UserError("%s holds no config.json: a model folder has one beside its weights".formatted(folder));
        }
        return object(file);
    }

    private static Optional<ObjectNode> generation(Path folder) {
        Path file = folder.resolve("generation_config.json");
        return Files.exists(file) ? Optional.of(object(file)) : Optional.empty();
    }

    private static ObjectNode object(Path file) {
        JsonNode node = Json.read(file);
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new UserError("%s is no JSON object".formatted(file));
    }

    /** {@code generation_config.json}, or what transformers would make of {@code config.json} in its place: a copy. */
    public ObjectNode generationSettings() {
        return generation.map(ObjectNode::deepCopy).orElseGet(() -> {
            ObjectNode settings = Json.object().put("_from_model_config", true);
            GENERATION_KEYS.stream().filter(config::hasNonNull).forEach(key -> settings.set(key, config.get(key)));
            return settings;
        });
    }

    /** The same model with other weights of the same names. */
    public LoadedModel with(WeightFile other) {
        return new LoadedModel(name, config, generation, spec, other, tokenizer);
    }

    /** The same model for somebody who closes what they are given: that leaves the weights open. */
    public LoadedModel lent() {
        return with(new LentWeights(weights));
    }

    public LoadedModel with(DecoderSpec otherSpec, ObjectNode otherConfig) {
        return new LoadedModel(name, otherConfig, generation, otherSpec, weights, tokenizer);
    }

    /** The same model with another tokenizer. */
    public LoadedModel with(Tokenizer other) {
        return new LoadedModel(name, config, generation, spec, weights, other);
    }

    /** With an output head of its own, which the weights must have. */
    public LoadedModel untied() {
        return with(spec.untied(), config.deepCopy().put("tie_word_embeddings", false));
    }

    @Override
    public void close() {
        weights.close();
    }
}
