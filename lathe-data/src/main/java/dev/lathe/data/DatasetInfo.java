package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** dataset_info.json of a {@code dataset_dir}: the data sets by name. An entry is looked at when it is used. */
public final class DatasetInfo {
    private static final String FILE = "dataset_info.json";

    private final Path folder;
    private final JsonNode entries;

    private DatasetInfo(Path folder, JsonNode entries) {
        this.folder = folder;
        this.entries = entries;
    }

    /** Reads {@code folder}/dataset_info.json. Throws {@link UserError} when it is missing or malformed. */
    public static DatasetInfo in(Path folder) {
        String name = folder.toString();
        if (name.equals("ONLINE") || name.startsWith("REMOTE:")) {
            throw new UserError(
                    "dataset_dir: %s: Lathe cannot read data sets from a hub yet; download it and describe it in a local dataset_info.json"
                            .formatted(name));
        }
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new UserError("%s does not exist: `dataset_dir` must name the folder that holds it".formatted(file));
        }
        JsonNode entries = Json.read(file);
        if (!entries.isObject()) {
            throw new UserError("%s: must be an object of data set names and descriptions".formatted(file));
        }
        return new DatasetInfo(folder, entries);
    }

    /** The names of all data sets, in the order of the file. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        entries.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The data set called {@code name}. Throws {@link UserError} when there is none, or Lathe cannot read it. */
    DatasetEntry entry(String name) {
        JsonNode entry = entries.get(name);
        if (entry == null) {
            List<String> nearest = NearestNames.to(name, names(), 3);
            throw new UserError("dataset: %s is not in %s; %s"
                    .formatted(
                            name,
                            folder.resolve(FILE),
                            nearest.isEmpty()
                                    ? "it describes no data set"
                                    : "the nearest names there: " + String.join(", ", nearest)));
        }
        return new EntryParser(folder.resolve(FILE) + " `" + name + "`", folder).parse(name, entry);
    }
}
