package dev.lathe.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code README.md} of the output folder: what hubs read from its front matter, and how the model was made. */
public final class ModelCard implements EventListener {
    /**
     * What the card says that the run's events do not.
     *
     * @param name the output's name, usually its folder's
     * @param baseModel hub name or folder
     * @param finetuningType lora, full, freeze, ...
     * @param adapter whether the output is an adapter for the base model, not a model of its own
     * @param datasets names of the training data
     * @param hyperparameters name to value, in the order to list
     * @param versions of what was it made with, name to version
     */
    public record Facts(
            String name,
            String baseModel,
            String finetuningType,
            boolean adapter,
            List<String> datasets,
            SequencedMap<String, ?> hyperparameters,
            SequencedMap<String, String> versions) {}

    private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9_][\\w.-]*(/[A-Za-z0-9_][\\w.-]*)?");
    private static final Pattern PLAIN_YAML = Pattern.compile("[A-Za-z_/][\\w./-]*");
    private static final Set<String> NOT_A_RESULT =
            Set.of("epoch", "step", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second");

    private final Facts facts;
    private final History history;
    private final SafeFiles files;
    private final Path outputDir;

    /** @param history stands before this one in the list of listeners */
    public ModelCard(Facts facts, History history, SafeFiles files, Path outputDir) {
        this.facts = facts;
        this.history = history;
        this.files = files;
        this.outputDir = outputDir;
    }

    @Override
    public String name() {
        return "README.md";
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.RunFinished) {
            files.writeText(outputDir.resolve("README.md"), text());
        }
    }

    String text() {
        return """
                ---
                %s
                ---

                <!-- Written by Lathe at the end of the run; add what it cannot know. -->

                # %s

                This model is a fine-tuned version of %s on the %s.
                %s
                ## Model description

                What it was made for and by whom is for its maker to say here.

                ## Intended uses & limitations

                The limits of the base model and of the training data apply; it was not tested beyond what stands below.

                ## Training and evaluation data

                %s

                ## Training procedure

                ### Training hyperparameters

                The following hyperparameters were used during training:
                %s
                ### Training results

                %s
                ### Framework versions

                %s""".formatted(
                        String.join("\n", frontMatter()),
                        facts.name(),
                        baseLink(),
                        datasets(),
                        evaluation(),
                        facts.datasets().isEmpty() ? "Not named." : String.join(", ", facts.datasets()),
                        bullets(facts.hyperparameters()),
                        results(),
                        bullets(facts.versions()));
    }

    private List<String> frontMatter() {
        List<String> lines = new ArrayList<>();
        lines.add("library_name: " + (facts.adapter() ? "peft" : "transformers"));
        lines.add("license: other");
        lines.add("base_model: " + yaml(facts.baseModel()));
        lines.add("tags:");
        if (facts.adapter()) {
            lines.add("- " + yaml("base_model:adapter:" + facts.baseModel()));
        }
        lines.add("- llama-factory");
        lines.add("- " + yaml(facts.finetuningType()));
        lines.add(facts.adapter() ? "- transformers" : "- generated_from_trainer");
        if (facts.adapter()) {
            lines.add("pipeline_tag: text-generation");
        }
        lines.add("model-index:");
        lines.add("- name: " + yaml(facts.name()));
        lines.add("  results: []");
        return lines;
    }

    private static String yaml(String text) {
        // "base_model:adapter:x" is plain YAML: a colon matters only before a space or at the end.
        return PLAIN_YAML.matcher(text.replace(":", "/")).matches() && !text.endsWith(":") ? text : Json.compact(text);
    }

    private String baseLink() {
        String base = facts.baseModel();
        return HUB_NAME.matcher(base).matches() ? "[%s](https://huggingface.co/%s)".formatted(base, base) : base;
    }

    private String datasets() {
        List<String> names = facts.datasets();
        if (names.size() < 2) {
            return (names.isEmpty() ? "unnamed" : names.getFirst()) + " dataset";
        }
        return String.join(", ", names.subList(0, names.size() - 1)) + " and the " + names.getLast() + " datasets";
    }

    private String evaluation() {
        return history.lastEvaluation()
                .map(entry -> "It achieves the following results on the evaluation set:\n%s"
                        .formatted(bullets(results(entry))))
                .orElse("");
    }

    private static SequencedMap<String, String> results(ObjectNode entry) {
        SequencedMap<String, String> results = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> metric : entry.properties()) {
            if (!NOT_A_RESULT.contains(metric.getKey())) {
                results.put(
                        title(metric.getKey()),
                        metric.getValue().isIntegralNumber()
                                ? metric.getValue().asText()
                                : fixed(metric.getValue().doubleValue()));
            }
        }
        return results;
    }

    /** {@code eval_rewards/margins} to {@code Rewards/margins}, {@code num_input_tokens_seen} to words. */
    private static String title(String key) {
        return Arrays.stream(key.replaceFirst("^eval_", "").split("_"))
                .map(word -> word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining(" "));
    }

    private String results() {
        List<List<String>> rows = new ArrayList<>();
        Optional<Double> trainingLoss = Optional.empty();
        for (ObjectNode entry : history.entries()) {
            if (entry.has("loss")) {
                trainingLoss = Optional.of(entry.path("loss").doubleValue());
            } else if (entry.has("eval_loss")) {
                rows.add(List.of(
                        trainingLoss.map(ModelCard::fixed).orElse("No log"),
                        fixed(entry.path("epoch").doubleValue()),
                        entry.path("step").asText(),
                        fixed(entry.path("eval_loss").doubleValue())));
            }
        }
        return rows.isEmpty()
                ? ""
                : new MarkdownTable(List.of("Training Loss", "Epoch", "Step", "Validation Loss"), rows) + "\n";
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String bullets(SequencedMap<String, ?> items) {
        return items.entrySet().stream()
                .map(item -> "- %s: %s\n".formatted(item.getKey(), shown(item.getValue())))
                .collect(Collectors.joining("", "", "\n"));
    }

    private static String shown(Object value) {
        return value instanceof Double number && Double.isFinite(number)
                ? PythonJson.number(number)
                : String.valueOf(value);
    }
}
