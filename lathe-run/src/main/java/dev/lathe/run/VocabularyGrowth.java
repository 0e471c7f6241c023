package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.GrownVocabulary;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.NewRows;
import dev.lathe.model.UnloadedModel;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.config.TokenDescriptions;
import dev.lathe.run.config.TokenStart;
import dev.lathe.run.config.VocabularyConfig;
import dev.lathe.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tokens that a model learns anew: {@code add_tokens}, {@code add_special_tokens}, {@code new_special_tokens_config},
 * {@code resize_vocab}. They go into the tokenizer, then the template's do, and where there are more tokens than rows the
 * embedding and the head grow to the next multiple of 64, as in the reference. An adapter that was saved with larger tables
 * makes the model grow by itself, and brings its tokenizer: so its folder alone is enough to use it.
 *
 * @param adapters that will be put on the model
 */
record VocabularyGrowth(Host host, VocabularyConfig config, List<Path> adapters) {
    private static final int MULTIPLE = 64;

    /**
     * A model that can say everything its tokenizer can.
     *
     * @param resized whether growing was asked for, even if there was room: then the tables are to be trained
     */
    record Grown(LoadedModel model, boolean resized) {}

    /** @param model belongs to the result from now on; closed when there is none */
    Grown of(LoadedModel model) {
        try {
            Tokenizer before = model.tokenizer();
            Tokenizer now = tokenizer(before);
            boolean resized = resizes(before, now);
            LoadedModel grown = resized ? grown(model, now) : model;
            return new Grown(fitting(grown), resized);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** What can be known of the grown model without its weights. */
    UnloadedModel of(UnloadedModel model) {
        Tokenizer now = tokenizer(model.tokenizer());
        ObjectNode config = model.config().deepCopy();
        int rows = config.path("vocab_size").asInt(0);
        if (rows > 0 && resizes(model.tokenizer(), now)) {
            config.put("vocab_size", rowsFor(now, rows));
        }
        return new UnloadedModel(config, now);
    }

    private Tokenizer tokenizer(Tokenizer before) {
        return before.withTokens(named(config.tokens()))
                .withSpecialTokens(named(
                        descriptions().isEmpty()
                                ? config.specialTokens()
                                : List.copyOf(descriptions().keySet())));
    }

    private static List<String> named(List<String> tokens) {
        return tokens.stream().filter(token -> !token.isEmpty()).toList();
    }

    private SequencedMap<String, String> descriptions() {
        return config.descriptions().map(TokenDescriptions::read).orElseGet(LinkedHashMap::new);
    }

    private boolean resizes(Tokenizer before, Tokenizer now) {
        return config.resize() || now.size() > before.size();
    }

    private int rowsFor(Tokenizer tokenizer, int rows) {
        int tokens = config.template().name().isPresent()
                ? DataSource.encoder(host, config.template(), tokenizer)
                        .tokenizer()
                        .size()
                : tokenizer.size();
        return tokens <= rows ? rows : Math.ceilDiv(tokens, MULTIPLE) * MULTIPLE;
    }

    private LoadedModel grown(LoadedModel model, Tokenizer now) {
        int before = model.spec().vocabulary();
        int rows = rowsFor(now, before);
        SortedMap<Integer, List<Integer>> starts = starts(model, now);
        if (rows == before && starts.isEmpty()) {
            return model;
        }
        host.say("Vocabulary: %s; %s"
                .formatted(
                        starts.isEmpty()
                                ? "the template's tokens"
                                : "added "
                                        + String.join(
                                                ", ",
                                                starts.keySet().stream()
                                                        .map(now::tokenOf)
                                                        .toList()),
                        rows == before
                                ? "the embedding's %,d rows are enough".formatted(rows)
                                : "the embedding grows from %,d to %,d rows".formatted(before, rows)));
        boolean noise = config.start() != TokenStart.DESCRIPTION;
        return GrownVocabulary.grow(model, new NewRows(rows, starts, noise)).with(now);
    }

    /** New tokens to those of their descriptions. */
    private SortedMap<Integer, List<Integer>> starts(LoadedModel model, Tokenizer now) {
        List<String> tokens = new ArrayList<>(named(config.tokens()));
        Map<String, String> descriptions = descriptions();
        tokens.addAll(descriptions.isEmpty() ? named(config.specialTokens()) : descriptions.keySet());
        SortedMap<Integer, List<Integer>> starts = new TreeMap<>();
        tokens.stream()
                .filter(token -> model.tokenizer().idOf(token).isEmpty())
                .forEach(token -> starts.put(now.idOf(token).orElseThrow(), List.of()));
        if (config.start() != TokenStart.NOISY_MEAN) {
            List<Integer> fresh = List.copyOf(starts.keySet());
            descriptions.forEach((token, text) ->
                    starts.computeIfPresent(now.idOf(token).orElseThrow(), (id, none) -> Arrays.stream(now.encode(text))
                            .boxed()
                            .filter(part -> part < model.spec().vocabulary() && !fresh.contains(part))
                            .toList()));
        }
        return starts;
    }

    /** As large as the largest table that an adapter brings. */
    private LoadedModel fitting(LoadedModel model) {
        LoadedModel grown = model;
        for (Path adapter : adapters) {
            int rows = rows(adapter, grown);
            if (rows > grown.spec().vocabulary()) {
                grown = GrownVocabulary.grow(grown, NewRows.upTo(rows));
                host.say("Vocabulary: the embedding grows to the %,d rows that %s was trained with"
                        .formatted(rows, adapter));
            }
            if (rows > 0 && Files.exists(adapter.resolve("tokenizer.json"))) {
                Tokenizer own = Tokenizer.load(adapter);
                grown = own.size() > grown.tokenizer().size() && own.size() <= rows ? grown.with(own) : grown;
            }
        }
        return grown;
    }

    /** Rows of the tables that the adapter holds; 0 where it holds none. */
    private static int rows(Path adapter, LoadedModel model) {
        try (WeightFile tensors = Checkpoint.open(adapter)) {
            return List.of(model.spec().embeddingTensor(), model.spec().headTensor()).stream()
                    .map(table -> "base_model.model." + table)
                    .filter(tensors.names()::contains)
                    .mapToInt(table -> (int)
                            Math.min(Integer.MAX_VALUE, tensors.spec(table).shape()[0]))
                    .max()
                    .orElse(0);
        }
    }
}
