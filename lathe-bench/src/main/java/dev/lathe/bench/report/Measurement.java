package dev.lathe.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What one {@code lathe bench} found, and under which conditions.
 *
 * @param bench train, generate, kernels or size
 * @param when ISO 8601, UTC
 * @param conditions machine, software and settings, each with its facts by name
 * @param sections what was measured
 */
public record Measurement(
        String bench,
        String when,
        SequencedMap<String, SequencedMap<String, String>> conditions,
        List<Section> sections) {
    private static final int FORMAT = 1;

    public Measurement {
        sections = List.copyOf(sections);
    }

    public Optional<Metric> find(String section, String metric) {
        return sections.stream()
                .filter(each -> each.title().equals(section))
                .flatMap(each -> each.find(metric).stream())
                .findFirst();
    }

    /** A fact of the conditions, such as ("machine", "processor"). */
    public Optional<String> condition(String group, String name) {
        return Optional.ofNullable(conditions.get(group)).map(facts -> facts.get(name));
    }

    /** The time of a clock as measurements are dated. */
    public static String timestamp(InstantSource clock) {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public String json() {
        ObjectNode root =
                Json.object().put("lathe_bench", FORMAT).put("bench", bench).put("when", when);
        conditions.forEach((group, facts) -> facts.forEach(root.putObject(group)::put));
        ObjectNode results = root.putObject("results");
        for (Section section : sections) {
            ObjectNode numbers = results.putObject(section.title());
            for (Metric metric : section.metrics()) {
                numbers.putObject(metric.name())
                        .put("value", metric.value())
                        .put("unit", metric.unit().word());
            }
        }
        return Json.pretty(root);
    }

    /** Throws {@link UserError} when the file is not what {@link #json} writes. */
    public static Measurement read(Path file) {
        JsonNode root = Json.read(file);
        if (root.path("lathe_bench").asInt() != FORMAT || !root.path("results").isObject()) {
            throw new UserError(
                    "%s is no measurement of this version of lathe bench: make one with lathe bench train --json %s"
                            .formatted(file, file));
        }
        SequencedMap<String, SequencedMap<String, String>> conditions = new LinkedHashMap<>();
        root.properties().stream()
                .filter(entry -> entry.getValue().isObject() && !entry.getKey().equals("results"))
                .forEach(entry -> conditions.put(entry.getKey(), facts(entry.getValue())));
        List<Section> sections = new ArrayList<>();
        root.path("results").properties().forEach(entry -> sections.add(section(entry, file)));
        return new Measurement(root.path("bench").asText(), root.path("when").asText(), conditions, sections);
    }

    private static SequencedMap<String, String> facts(JsonNode node) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        node.properties()
                .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asText()));
        return facts;
    }

    private static Section section(Map.Entry<String, JsonNode> entry, Path file) {
        List<Metric> metrics = new ArrayList<>();
        entry.getValue().properties().forEach(number -> {
            JsonNode value = number.getValue().path("value");
            Optional<Unit> unit = Unit.of(number.getValue().path("unit").asText());
            if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || unit.isEmpty()) {
                throw new UserError("%s: results, %s, %s needs a number as its value and a unit that lathe bench knows"
                        .formatted(file, entry.getKey(), number.getKey()));
            }
            metrics.add(new Metric(number.getKey(), value.doubleValue(), unit.get()));
        });
        return new Section(entry.getKey(), metrics);
    }
}
