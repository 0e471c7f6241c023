package dev.lathe.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which files of a repository a model needs: configuration and tokenizer, and one set of safetensors weights. Not other
 * frameworks' weights, nor the second copy that some repositories hold in their makers' own format.
 */
final class FileChoice {
    private static final Pattern SMALL = Pattern.compile(
            "[^/]+\\.(json|jinja|tiktoken)|additional_chat_templates/[^/]+\\.jinja|(merges|vocab)\\.txt|tokenizer\\.model|[^/]+\\.spm");
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String ADAPTER = "adapter_model.safetensors";
    private static final String VALUE_HEAD = "value_head.safetensors";

    private FileChoice() {}

    /** Everything but the weights; throws {@link UserError} when there are no weights that could be read. */
    static List<String> small(Repo repo, Set<String> files) {
        if (!files.contains(SINGLE) && !files.contains(INDEX) && !files.contains(ADAPTER)) {
            throw new UserError(noWeights(repo, files));
        }
        return text(files);
    }

    /** Configuration and tokenizer, of a repository with any weights or none. */
    static List<String> text(Set<String> files) {
        return files.stream().filter(file -> SMALL.matcher(file).matches()).toList();
    }

    /** The weights; {@code folder} already holds the small files, so that an index of shards can be read. */
    static List<String> weights(Repo repo, Set<String> files, Path folder) {
        Set<String> weights = new TreeSet<>();
        if (files.contains(SINGLE)) {
            weights.add(SINGLE);
        } else if (files.contains(INDEX)) {
            weights.addAll(shards(folder.resolve(INDEX)));
        }
        for (String beside : List.of(ADAPTER, VALUE_HEAD)) {
            if (files.contains(beside)) {
                weights.add(beside);
            }
        }
        List<String> missing = new ArrayList<>(weights);
        missing.removeAll(files);
        if (!missing.isEmpty()) {
            throw new UserError("%s does not hold the shards that its %s names: %s"
                    .formatted(repo, INDEX, String.join(", ", missing)));
        }
        return List.copyOf(weights);
    }

    /** What a cached snapshot lacks to be a model, if anything. */
    static Optional<String> lacks(Path folder) {
        boolean adapter = present(folder, ADAPTER) && present(folder, "adapter_config.json");
        if (adapter || (present(folder, "config.json") && present(folder, SINGLE))) {
            return Optional.empty();
        }
        if (!present(folder, "config.json")) {
            return Optional.of("config.json");
        }
        if (!present(folder, INDEX)) {
            return Optional.of(SINGLE);
        }
        return shards(folder.resolve(INDEX)).stream()
                .filter(shard -> !present(folder, shard))
                .findFirst();
    }

    private static boolean present(Path folder, String file) {
        return HubListing.safe(file) && Files.isRegularFile(folder.resolve(file));
    }

    private static Set<String> shards(Path index) {
        Set<String> shards = new TreeSet<>();
        for (JsonNode shard : Json.read(index).path("weight_map")) {
            shards.add(shard.asText());
        }
        return shards;
    }

    private static String noWeights(Repo repo, Set<String> files) {
        List<String> ggufs =
                files.stream().filter(file -> file.endsWith(".gguf")).toList();
        if (!ggufs.isEmpty()) {
            return "%s holds GGUF files only; name the one to use: %s".formatted(repo, String.join(", ", ggufs));
        }
        if (files.stream().anyMatch(file -> file.endsWith(".bin") || file.endsWith(".pt") || file.endsWith(".pth"))) {
            return "%s holds its weights as Python pickles only. A pickle is a program, and is not executed here: look for a revision or a copy with safetensors."
                    .formatted(repo);
        }
        return "%s holds no weights that can be read (%s, %s or %s)".formatted(repo, SINGLE, INDEX, ADAPTER);
    }
}
