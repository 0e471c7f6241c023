package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code tokenized_path}: finished samples in a folder, to be trained on without the data they came from. For each set a
 * file of ids and labels, one of the lengths of the rows in each sample, and {@code lathe_tokens.json}, which names them.
 */
public record TokenizedFolder(Path folder) {
    private static final String INDEX = "lathe_tokens.json";
    private static final int FORMAT = 1;

    /** Whether there is anything; it may be something else. */
    public boolean exists() {
        return Files.exists(folder);
    }

    /** Writes everything, or nothing at all. Throws {@link UserError} when the disk is full. */
    public void save(LoadedData data, SafeFiles files) {
        files.writeFolder(folder, (target, inside) -> {
            ObjectNode index = Json.object().put("format", FORMAT).put("identity", data.identity());
            index.set("train", write(data.train(), "train", target, inside));
            ArrayNode evaluation = index.putArray("evaluation");
            for (int i = 0; i < data.evaluation().size(); i++) {
                evaluation.add(write(data.evaluation().get(i), "evaluation-" + i, target, inside));
            }
            inside.writeText(target.resolve(INDEX), Json.pretty(index));
        });
    }

    private static ObjectNode write(LoadedData.Set set, String name, Path target, SafeFiles files) {
        TokenizedData samples = set.samples();
        boolean[] apart = new boolean[1];
        files.write(target.resolve(name + ".tokens"), out -> {
            RowWriter rows = new RowWriter(out, true);
            for (int i = 0; i < samples.size(); i++) {
                Sample sample = samples.get(i);
                apart[0] |= sample.segments().length > 1;
                rows.add(new Encoded.Kept(sample.inputIds(), sample.labels(), 0));
            }
            rows.finish();
        });
        files.write(target.resolve(name + ".lengths"), out -> {
            RowWriter rows = new RowWriter(out, false);
            for (int i = 0; i < samples.size(); i++) {
                int[] lengths = lengths(samples.get(i).positions());
                rows.add(new Encoded.Kept(lengths, lengths, 0));
            }
            rows.finish();
        });
        ObjectNode entry = Json.object().put("file", name).put("apart", apart[0]);
        set.name().ifPresent(named -> entry.put("name", named));
        return entry;
    }

    /** Positions start again at 0 with every row of a pack. */
    private static int[] lengths(int[] positions) {
        List<Integer> lengths = new ArrayList<>();
        for (int from = 0, at = 1; at <= positions.length; at++) {
            if (at == positions.length || positions[at] == 0) {
                lengths.add(at - from);
                from = at;
            }
        }
        return lengths.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Throws {@link UserError} when the folder holds something else, or is damaged. */
    public LoadedData load() {
        if (!Files.isRegularFile(folder.resolve(INDEX))) {
            throw new UserError(
                    "tokenized_path: %s is there, but Lathe did not write it (no %s in it). Name a folder that is not there yet, and leave the data settings as they were: they are tokenised again, and kept there"
                            .formatted(folder, INDEX));
        }
        JsonNode index = Json.read(folder.resolve(INDEX));
        if (index.path("format").intValue() != FORMAT) {
            throw damaged(INDEX);
        }
        List<LoadedData.Set> evaluation = new ArrayList<>();
        index.path("evaluation").forEach(entry -> evaluation.add(read(entry)));
        return new LoadedData(
                read(index.path("train")), evaluation, index.path("identity").asText());
    }

    private LoadedData.Set read(JsonNode entry) {
        String file = entry.path("file").asText();
        if (!file.matches("train|evaluation-\\d{1,6}")) {
            throw damaged(INDEX);
        }
        StoredRows tokens = rows(file + ".tokens");
        StoredRows lengths = rows(file + ".lengths");
        Samples samples = new Samples(tokens, lengths, entry.path("apart").asBoolean());
        if (tokens.size() != lengths.size() || !samples.fit()) {
            throw damaged(file + ".lengths");
        }
        return new LoadedData.Set(
                Optional.of(entry.path("name").asText()).filter(name -> !name.isEmpty()),
                samples,
                DataReport.of(tokens, Orders.ascending(tokens.size()), samples));
    }

    private StoredRows rows(String name) {
        try {
            return StoredRows.map(folder.resolve(name)).orElseThrow(() -> damaged(name));
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(folder.resolve(name), e.getMessage()), e);
        }
    }

    private UserError damaged(String name) {
        return new UserError("tokenized_path: %s is damaged or of another version of Lathe: delete %s to tokenise again"
                .formatted(folder.resolve(name), folder));
    }

    /** @param apart whether the rows of a pack do not see each other */
    private record Samples(StoredRows tokens, StoredRows lengths, boolean apart) implements TokenizedData {
        boolean fit() {
            for (int i = 0; i < tokens.size(); i++) {
                int[] each = lengths(i);
                if (Arrays.stream(each).anyMatch(length -> length < 1)
                        || Arrays.stream(each).asLongStream().sum() != tokens.tokens(i)) {
                    return false;
                }
            }
            return true;
        }

        private int[] lengths(int index) {
            int[] each = new int[lengths.tokens(index)];
            lengths.ids(index, each, 0);
            return each;
        }

        @Override
        public int size() {
            return tokens.size();
        }

        @Override
        public int tokens(int index) {
            return tokens.tokens(index);
        }

        @Override
        public Sample get(int index) {
            int[] ids = new int[tokens.tokens(index)];
            int[] labels = new int[ids.length];
            tokens.ids(index, ids, 0);
            tokens.labels(index, labels, 0);
            int[] each = lengths(index);
            int[] positions = new int[ids.length];
            int at = 0;
            for (int length : each) {
                for (int position = 0; position < length; position++) {
                    positions[at++] = position;
                }
            }
            return new Sample(ids, labels, positions, apart ? each : new int[] {ids.length});
        }
    }
}
