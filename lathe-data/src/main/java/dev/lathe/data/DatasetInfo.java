package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** dataset_info.json of a {@code dataset_dir}: the data sets by name. An entry is looked at when it is used. */
final class DatasetInfo {
    private static final String FILE = "dataset_info.json";

    private static final String ONLINE = "ONLINE";
    private static final String REMOTE = "REMOTE:";

    private final String file;
    private final Optional<Path> folder;
    private final DatasetHub hub;
    private final JsonNode entries;

    private DatasetInfo(String file, Optional<Path> folder, DatasetHub hub, JsonNode entries) {
        this.file = file;
        this.folder = folder;
        this.hub = hub;
        this.entries = entries;
        if (!entries.isObject()) {
            throw new UserError("%s: must be an object of data set names and descriptions".formatted(file));
        }
    }

    /**
     * Reads {@code folder}/dataset_info.json, which may name data sets of a hub. {@code ONLINE} instead of a folder makes every name that of a data set there, and
     * {@code REMOTE:org/name} takes dataset_info.json out of one.
     */
    public static DatasetInfo in(Path folder, DatasetHub hub) {
        String name = folder.toString();
        if (name.equals(ONLINE)) {
            return new DatasetInfo(ONLINE, Optional.empty(), hub, Json.object());
        }
        if (name.startsWith(REMOTE)) {
            Path file = hub.open(name.substring(REMOTE.length()), "main")
                    .fetch(List.of(FILE))
                    .getFirst();
            return new DatasetInfo(name + "/" + FILE, Optional.empty(), hub, Json.read(file));
        }
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new UserError("%s does not exist: `dataset_dir` must name the folder that holds it".formatted(file));
        }
        return new DatasetInfo(file.toString(), Optional.of(folder), hub, Json.read(file));
    }

    /** The names of all data sets, in the order of the file. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        entries.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The data set called {@code name}. Throws {@link UserError} when there is none, or Lathe cannot read it. */
    DatasetEntry entry(String name) {
        JsonNode entry = file.equals(ONLINE) ? Json.object().put("hf_hub_url", name) : entries.get(name);
        if (entry == null) {
            List<String> nearest = NearestNames.to(name, names(), 3);
            throw new UserError("dataset: %s is not in %s; %s"
                    .formatted(
                            name,
                            file,
                            nearest.isEmpty()
                                    ? "it describes no data set"
                                    : "the nearest names there: " + String.join(", ", nearest)));
        }
        return new EntryParser(file + " `" + name + "`", folder, hub).parse(name, entry);
    }
}
