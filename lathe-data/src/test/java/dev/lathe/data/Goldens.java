package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.GgufMetadata;
import dev.lathe.text.SpecialToken;
import dev.lathe.text.Template;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.opentest4j.TestAbortedException;

/** Cases of goldens/data, with the tokenizers and settings they name. */
final class Goldens {
    /** What tool prompts that name the day were made on. */
    private static final LocalDate DAY = LocalDate.of(2025, 1, 2);

    private static final Map<String, Tokenizer> TOKENIZERS = new ConcurrentHashMap<>();

    private Goldens() {}

    /** Skips the test, and says why, where the goldens are not at hand. */
    static void require() {
        Reference.file("reference/goldens/data");
    }

    static JsonNode read(String name) {
        return Json.read(Reference.file("reference/goldens/data/" + name));
    }

    /**
     * The cases of a file, each named by its {@code case}; those without a template, which were refused, are left out.
     * Without goldens there is one case without content, for the test to {@link #require} them and be seen to be skipped.
     */
    static Stream<Named<JsonNode>> cases(String file) {
        try {
            require();
        } catch (TestAbortedException e) {
            return Stream.of(Named.of(file + " is not there", MissingNode.getInstance()));
        }
        return StreamSupport.stream(read(file).get("cases").spliterator(), false)
                .filter(each -> each.at("/args/template").isTextual())
                .map(each -> Named.of(each.get("case").asText(), each));
    }

    static Encoding encoding(JsonNode each) {
        Template template = Templates.byName(each.at("/args/template").asText());
        JsonNode system = each.at("/args/default_system");
        if (system.isTextual()) {
            template = template.withDefaultSystem(system.asText());
        }
        JsonNode format = each.at("/args/tool_format");
        if (format.isTextual()) {
            template = template.withToolFormat(format.asText());
        }
        JsonNode thinking = each.at("/args/enable_thinking");
        template = template.withThinking(
                thinking.isNull() ? Optional.empty() : Optional.of(thinking.asBoolean(true)),
                each.at("/args/preserve_thinking").asBoolean());
        Tokenizer tokenizer = tokenizer(each.at("/args/model_name_or_path").asText(), template);
        Encoding encoding = Encoding.of(new ChatEncoder(template, tokenizer, DAY));
        return each.path("add_bos_token").asBoolean()
                ? encoding.startingDocumentsWith(tokenizer.bos().orElseThrow())
                : encoding;
    }

    /** The id that goldens name for a special token of a case, such as {@code pad}. */
    static SpecialToken token(JsonNode each, String part) {
        JsonNode token = each.at("/tokenizer/" + part);
        return new SpecialToken(token.get(0).asText(), token.get(1).intValue());
    }

    static DataSettings settings(JsonNode args, Path datasetDir) {
        return new DataSettings(
                DataSettings.Stage.valueOf(args.path("stage").asText("sft").toUpperCase(Locale.ROOT)),
                names(args.path("dataset")),
                names(args.path("eval_dataset")),
                args.path("eval_on_each_dataset").asBoolean(),
                datasetDir,
                args.path("cutoff_len").asInt(2048),
                args.path("train_on_prompt").asBoolean(),
                args.path("mask_history").asBoolean(),
                args.has("packing") ? Optional.of(args.get("packing").asBoolean()) : Optional.empty(),
                args.path("neat_packing").asBoolean(),
                Mixing.named(
                        args.path("mix_strategy").asText("concat"),
                        names(args.path("interleave_probs")).stream()
                                .map(Double::valueOf)
                                .toList()),
                args.has("max_samples") ? OptionalInt.of(args.get("max_samples").intValue()) : OptionalInt.empty(),
                HoldOut.parse(valSize(args.path("val_size"))),
                true,
                args.path("preprocessing_batch_size").asInt(1000),
                args.path("preprocessing_num_workers").asInt(1),
                false,
                args.path("seed").asLong(42));
    }

    static LoadedData load(JsonNode each) {
        return load(each, Reference.file(each.at("/args/dataset_dir").asText()));
    }

    static LoadedData load(JsonNode each, Path datasetDir) {
        JsonNode args = each.get("args");
        if (args.path("streaming").asBoolean()) {
            Streaming streaming = new Streaming(
                    args.path("buffer_size").asInt(16384),
                    true,
                    each.get("train").size());
            return pipeline(each).stream(settings(args, datasetDir), streaming);
        }
        return prepare(each, datasetDir).loaded();
    }

    static PreparedData prepare(JsonNode each) {
        return prepare(each, Reference.file(each.at("/args/dataset_dir").asText()));
    }

    static PreparedData prepare(JsonNode each, Path datasetDir) {
        return pipeline(each).prepare(settings(each.get("args"), datasetDir));
    }

    private static DataPipeline pipeline(JsonNode each) {
        return new DataPipeline(encoding(each), new TokenCache.None(), 2, DataProgress.NONE);
    }

    /** Labels from their run-length coding: [count, label], where "=" stands for the id at the same place. */
    static int[] labels(JsonNode runs, int[] ids) {
        int[] labels = new int[ids.length];
        int at = 0;
        for (JsonNode run : runs) {
            for (int end = at + run.get(0).intValue(); at < end; at++) {
                labels[at] = run.get(1).isTextual() ? ids[at] : run.get(1).intValue();
            }
        }
        if (at != ids.length) {
            throw new IllegalArgumentException("%d labels for %d ids".formatted(at, ids.length));
        }
        return labels;
    }

    static int[] ints(JsonNode list) {
        int[] values = new int[list.size()];
        Arrays.setAll(values, i -> list.get(i).intValue());
        return values;
    }

    /** As it was written: 1 is not 1.0. */
    private static String valSize(JsonNode value) {
        return value.isFloatingPointNumber() ? Double.toString(value.doubleValue()) : value.asText("0");
    }

    private static List<String> names(JsonNode list) {
        return Stream.of(list.asText("").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Tokenizer tokenizer(String model, Template template) {
        Tokenizer plain = TOKENIZERS.computeIfAbsent(model, key -> switch (key) {
            case "stories260K" -> Tokenizer.load(Reference.file("models/stories260K/hf"));
            case "SmolLM2-135M-Instruct" -> smollm2();
            default -> Tokenizer.load(Reference.model("tokenizers/" + key));
        });
        return TOKENIZERS.computeIfAbsent(model + " for " + template.name(), key -> ChatEncoder.fix(template, plain));
    }

    /** The goldens' conversion of this file names another end of text than the file does. */
    private static Tokenizer smollm2() {
        Path file = Reference.model("smollm2/smollm2.gguf");
        return Tokenizer.fromGguf(GgufMetadata.of(file).vocabulary()).withEos("<|im_start|>");
    }
}
