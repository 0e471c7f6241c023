package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one entry of dataset_info.json. When {@code columns} or {@code tags} is written, what it does not list is absent,
 * defaults included: the reference's rule.
 *
 * @param where names the entry in errors
 */
record EntryParser(String where, Optional<Path> folder, DatasetHub hub) {
    private static final Set<String> KEYS = Set.of(
            "file_name",
            "hf_hub_url",
            "subset",
            "split",
            "folder",
            "revision",
            "formatting",
            "ranking",
            "num_samples",
            "columns",
            "tags",
            "ms_hub_url",
            "om_hub_url",
            "script_url",
            "cloud_file_name");
    private static final Map<String, String> ELSEWHERE = Map.of(
            "ms_hub_url", "Lathe downloads from the Hugging Face hub only",
            "om_hub_url", "Lathe downloads from the Hugging Face hub only",
            "script_url", "a loading script is a program in Python, which Lathe does not run",
            "cloud_file_name", "Lathe does not read cloud storage");
    private static final Set<String> COLUMNS = Set.of(
            "prompt", "query", "response", "history", "messages", "system", "tools", "chosen", "rejected", "kto_tag");
    private static final Set<String> COLUMNS_TO_COME = Set.of("images", "videos", "audios");
    private static final Set<String> TAGS = Set.of(
            "role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag");
    private static final Map<String, String> USUAL_COLUMNS =
            Map.of("prompt", "instruction", "query", "input", "response", "output", "messages", "conversations");
    private static final Map<String, String> USUAL_TAGS = Map.of(
            "role_tag",
            "from",
            "content_tag",
            "value",
            "user_tag",
            "human",
            "assistant_tag",
            "gpt",
            "observation_tag",
            "observation",
            "function_tag",
            "function_call",
            "system_tag",
            "system");

    /** The names in OpenAI's own messages. The reference expects sharegpt's here too, which no such file has. */
    private static final Map<String, String> OPENAI_COLUMNS = Map.of("messages", "messages", "tools", "tools");

    private static final Map<String, String> OPENAI_TAGS = Map.of(
            "role_tag",
            "role",
            "content_tag",
            "content",
            "user_tag",
            "user",
            "assistant_tag",
            "assistant",
            "observation_tag",
            "tool",
            "function_tag",
            "function",
            "system_tag",
            "system");

    DatasetEntry parse(String name, JsonNode entry) {
        check(entry, "", KEYS, Set.of());
        return text(entry, "hf_hub_url").isPresent() ? online(name, entry) : local(name, entry);
    }

    private DatasetEntry online(String name, JsonNode entry) {
        Split split = split(entry);
        HubDataset dataset = new HubDataset(
                text(entry, "hf_hub_url").orElseThrow(),
                text(entry, "revision").orElse("main"),
                text(entry, "subset"),
                split.names(),
                text(entry, "folder"));
        return new DatasetEntry(name, dataset.name(), () -> dataset.files(hub), format(entry), split, samples(entry));
    }

    private DatasetEntry local(String name, JsonNode entry) {
        Optional<String> file = text(entry, "file_name");
        if (file.isEmpty()) {
            for (Map.Entry<String, String> elsewhere : ELSEWHERE.entrySet()) {
                if (text(entry, elsewhere.getKey()).isPresent()) {
                    throw new UserError("%s: %s: %s; download the data and name the file in `file_name`"
                            .formatted(where, elsewhere.getKey(), elsewhere.getValue()));
                }
            }
            throw new UserError("%s: `file_name` is missing (or `hf_hub_url`)".formatted(where));
        }
        for (String key : List.of("subset", "folder", "revision")) {
            if (text(entry, key).isPresent()) {
                throw new UserError("%s: %s: only for data sets of the hub (`hf_hub_url`)".formatted(where, key));
            }
        }
        Split split = split(entry);
        if (!split.names().equals(List.of("train"))) {
            throw new UserError("%s: split: a file has the split `train` alone".formatted(where));
        }
        Path source = below(file.get());
        return new DatasetEntry(
                name, source.toString(), () -> RowFiles.at(source), format(entry), split, samples(entry));
    }

    private Split split(JsonNode entry) {
        return text(entry, "split").map(split -> Split.parse(split, where)).orElseGet(Split::train);
    }

    /** A name leads nowhere but into the folder; what lies elsewhere is named in full, which nobody writes by accident. */
    private Path below(String name) {
        Path in = folder.orElseThrow(() -> new UserError(
                "%s: file_name: a description from the hub must not name files of this machine".formatted(where)));
        try {
            Path file = Path.of(name);
            if (!file.isAbsolute() && file.normalize().startsWith("..")) {
                throw new UserError("%s: file_name: %s leads out of %s: move the file there, or write its absolute path"
                        .formatted(where, file, in));
            }
            return in.resolve(file);
        } catch (InvalidPathException e) {
            throw new UserError("%s: file_name: %s".formatted(where, e.getMessage()), e);
        }
    }

    private DatasetEntry.Format format(JsonNode entry) {
        String formatting = text(entry, "formatting").orElse("alpaca");
        boolean openAi = formatting.equals("openai");
        JsonNode columns = named(entry, "columns", openAi ? OPENAI_COLUMNS : USUAL_COLUMNS);
        JsonNode tags = named(entry, "tags", openAi ? OPENAI_TAGS : USUAL_TAGS);
        check(columns, "columns: ", COLUMNS, COLUMNS_TO_COME);
        check(tags, "tags: ", TAGS, Set.of());
        AnswerColumns answers = answers(entry, columns);
        return switch (formatting) {
            case "alpaca" -> new DatasetEntry.Format.Alpaca(alpaca(columns, answers));
            case "sharegpt" -> new DatasetEntry.Format.ShareGpt(messages(columns, tags, answers));
            case "openai" -> new DatasetEntry.Format.OpenAi(messages(columns, tags, answers));
            case String other ->
                throw new UserError(
                        "%s: formatting: `%s` is not one of alpaca, sharegpt, openai".formatted(where, other));
        };
    }

    private AnswerColumns answers(JsonNode entry, JsonNode columns) {
        JsonNode ranking = entry.path("ranking");
        if (!ranking.isMissingNode() && !ranking.isNull() && !ranking.isBoolean()) {
            throw new UserError("%s: `ranking` must be true or false, but is %s".formatted(where, ranking));
        }
        boolean pairs = ranking.asBoolean();
        Optional<String> chosen = text(columns, "chosen");
        Optional<String> rejected = text(columns, "rejected");
        if (pairs && (chosen.isEmpty() || rejected.isEmpty())) {
            throw new UserError(
                    "%s: `ranking` is true, but `columns` lists no `%s`: pairs need both answers, `chosen` and `rejected`"
                            .formatted(where, chosen.isEmpty() ? "chosen" : "rejected"));
        }
        return new AnswerColumns(pairs, chosen, rejected, text(columns, "kto_tag"));
    }

    private AlpacaColumns alpaca(JsonNode columns, AnswerColumns answers) {
        Optional<String> prompt = text(columns, "prompt");
        if (prompt.isEmpty() && text(columns, "query").isEmpty()) {
            throw new UserError("%s: `columns` is written, but lists no `prompt`".formatted(where));
        }
        return new AlpacaColumns(
                prompt,
                text(columns, "query"),
                text(columns, "response"),
                text(columns, "history"),
                text(columns, "system"),
                text(columns, "tools"),
                answers);
    }

    private ShareGptColumns messages(JsonNode columns, JsonNode tags, AnswerColumns answers) {
        return new ShareGptColumns(
                needed(columns, "columns", "messages"),
                text(columns, "system"),
                text(columns, "tools"),
                new ShareGptColumns.Tags(
                        needed(tags, "tags", "role_tag"),
                        needed(tags, "tags", "content_tag"),
                        text(tags, "user_tag"),
                        text(tags, "assistant_tag"),
                        text(tags, "observation_tag"),
                        text(tags, "function_tag"),
                        text(tags, "system_tag")),
                answers);
    }

    private JsonNode named(JsonNode entry, String key, Map<String, String> usual) {
        JsonNode written = entry.path(key);
        return written.isMissingNode() ? Json.MAPPER.valueToTree(usual) : written;
    }

    private String needed(JsonNode node, String of, String key) {
        return text(node, key)
                .orElseThrow(() -> new UserError("%s: `%s` is written, but lists no `%s`".formatted(where, of, key)));
    }

    private Optional<String> text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new UserError("%s: `%s` must be a text, but is %s".formatted(where, key, value));
        }
        return Optional.of(value.asText());
    }

    private OptionalInt samples(JsonNode entry) {
        JsonNode value = entry.path("num_samples");
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw new UserError(
                    "%s: `num_samples` must be a whole number of 1 or more, but is %s".formatted(where, value));
        }
        return OptionalInt.of(value.intValue());
    }

    private void check(JsonNode node, String of, Set<String> known, Set<String> toCome) {
        if (!node.isObject()) {
            throw new UserError("%s: %smust be an object, but is %s".formatted(where, of, node));
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String key = names.next();
            if (toCome.contains(key) && !node.path(key).isNull()) {
                throw new UserError("%s: %s%s: Lathe cannot do that yet".formatted(where, of, key));
            }
            if (!known.contains(key) && !toCome.contains(key)) {
                Set<String> all = new TreeSet<>(known);
                all.addAll(toCome);
                throw new UserError("%s: %sno such key `%s`; did you mean %s?"
                        .formatted(where, of, key, NearestNames.to(key, all, 1).getFirst()));
            }
        }
    }
}
