package dev.lathe.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import dev.lathe.train.RunFacts;
import dev.lathe.train.RunSummary;
import dev.lathe.train.StepCost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Plays a finished run of the reference again, as events, from its trainer_state.json. */
final class Replay {
    static final List<String> RUNS = List.of("lora", "full", "pt_full", "rm");

    private final JsonNode state;
    private final long tokensPerStep;

    Replay(JsonNode state, long tokensPerStep) {
        this.state = state;
        this.tokensPerStep = tokensPerStep;
    }

    static Path folder(String run) {
        return Reference.file("reference/goldens/train/artifacts/output_" + run);
    }

    static Replay of(String run) {
        JsonNode state = Json.read(folder(run).resolve("trainer_state.json"));
        long steps = state.get("max_steps").longValue();
        return new Replay(state, state.get("num_input_tokens_seen").longValue() / steps);
    }

    JsonNode state() {
        return state;
    }

    double flopsPerToken() {
        return tokensPerStep == 0 ? 0 : state.get("total_flos").doubleValue() / (tokensPerStep * totalSteps());
    }

    long totalSteps() {
        return state.get("max_steps").longValue();
    }

    static RunFacts facts(long totalSteps, long resumedFromStep) {
        return facts("lora", totalSteps, false, resumedFromStep);
    }

    static RunFacts facts(String finetuningType, long totalSteps, boolean updatesInBackward, long resumedFromStep) {
        return new RunFacts(
                "stories260K",
                "sft",
                finetuningType,
                11_560,
                271_592,
                List.of("q_proj", "v_proj"),
                48,
                0.5,
                12,
                totalSteps,
                2,
                2,
                8_000,
                6_000,
                "fp32",
                updatesInBackward,
                resumedFromStep);
    }

    /** All events up to and with {@code lastStep}; half a second for a step. */
    List<Event> events(long afterStep, long lastStep) {
        List<Event> events = new ArrayList<>();
        events.add(new Event.RunStarted(facts(totalSteps(), afterStep)));
        for (JsonNode entry : state.get("log_history")) {
            long step = entry.get("step").longValue();
            if (step <= afterStep || step > lastStep) {
                continue;
            }
            Progress progress =
                    new Progress(step, totalSteps(), entry.get("epoch").doubleValue(), tokensPerStep * step, 4 * step);
            if (entry.has("loss")) {
                events.add(new Event.StepDone(
                        progress,
                        entry.get("loss").doubleValue(),
                        entry.get("grad_norm").doubleValue(),
                        entry.get("learning_rate").doubleValue(),
                        new StepCost(tokensPerStep, 0.5, 300_000_000, 310_000_000)));
            } else if (entry.has("eval_loss")) {
                events.add(new Event.Evaluated(progress, metrics(entry)));
            } else {
                events.add(new Event.RunFinished(
                        progress,
                        new RunSummary(
                                entry.get("train_runtime").doubleValue(),
                                entry.get("train_loss").doubleValue(),
                                Math.round(entry.get("train_samples_per_second").doubleValue()
                                        * entry.get("train_runtime").doubleValue()),
                                tokensPerStep * totalSteps(),
                                false)));
            }
        }
        return events;
    }

    List<Event> events() {
        return events(0, totalSteps());
    }

    static void play(List<Event> events, HandClock clock, List<? extends EventListener> listeners) {
        for (Event event : events) {
            if (event instanceof Event.StepDone) {
                clock.pass(Duration.ofMillis(500));
            }
            listeners.forEach(listener -> listener.on(event));
        }
    }

    private static SequencedMap<String, Double> metrics(JsonNode entry) {
        SequencedMap<String, Double> metrics = new LinkedHashMap<>();
        entry.properties().stream()
                .filter(field -> field.getKey().startsWith("eval_"))
                .forEach(field -> metrics.put(field.getKey(), field.getValue().doubleValue()));
        return metrics;
    }
}
