package dev.lathe.run.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The course of the learning rate.
 *
 * @param numbers settings such as {@code min_lr}; what is missing has the reference's default
 * @param words settings that are words: {@code warmup_type}, {@code decay_type} (linear, cosine, 1-sqrt)
 * @param warmup steps in which the rate rises
 */
public record ScheduleConfig(
        ScheduleType type, Map<String, Double> numbers, Map<String, String> words, StepCount warmup) {
    private static final Set<String> WORDS = Set.of("warmup_type", "decay_type");
    private static final Set<String> RAMPS = Set.of("linear", "cosine", "1-sqrt");

    static ScheduleConfig of(Settings s) {
        Map<String, Double> numbers = new TreeMap<>();
        Map<String, String> words = new TreeMap<>();
        written(s).forEach((name, value) -> {
            switch (value.value()) {
                case Value.Whole(long number) -> numbers.put(name, (double) number);
                case Value.Decimal(double number) -> numbers.put(name, number);
                default -> words.put(name, value.written());
            }
        });
        double steps = s.number("warmup_steps");
        double ratio = s.number("warmup_ratio");
        return new ScheduleConfig(
                ScheduleType.of(s).orElseThrow(),
                Collections.unmodifiableMap(numbers),
                Collections.unmodifiableMap(words),
                steps > 0 || ratio == 0 ? StepCount.of(steps) : new StepCount.Share(ratio));
    }

    /** What is wrong with a setting of the schedule, if anything. */
    static Optional<String> complaint(Settings s) {
        List<String> known = ScheduleType.of(s).map(ScheduleType::settings).orElse(List.of());
        for (Map.Entry<String, Located> entry : written(s).entrySet()) {
            String name = entry.getKey();
            if (!known.contains(name)) {
                return Optional.of("lr_scheduler_type: %s has no setting %s; %s"
                        .formatted(
                                s.text("lr_scheduler_type"),
                                name,
                                known.isEmpty() ? "it has none at all" : "it reads " + String.join(", ", known)));
            }
            boolean fits = WORDS.contains(name)
                    ? RAMPS.contains(entry.getValue().written())
                    : entry.getValue().value() instanceof Value.Whole
                            || entry.getValue().value() instanceof Value.Decimal(double number)
                                    && Double.isFinite(number);
            if (!fits) {
                return Optional.of("%s must be %s"
                        .formatted(name, WORDS.contains(name) ? "linear, cosine or 1-sqrt" : "a number"));
            }
        }
        return Optional.empty();
    }

    /** Whether the schedule ends at a lowest rate that nobody gave. */
    static boolean lacksMinimum(Settings s) {
        return ScheduleType.of(s)
                        .filter(type -> type.settings().contains("min_lr_rate"))
                        .isPresent()
                && !written(s).containsKey("min_lr")
                && !written(s).containsKey("min_lr_rate");
    }

    private static Map<String, Located> written(Settings s) {
        return s.get("lr_scheduler_kwargs").value() instanceof Value.Fields(Map<String, Located> fields)
                ? fields
                : Map.of();
    }
}
