package dev.lathe.train;

import dev.lathe.base.UserError;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Schedules by Hugging Face's names: {@code lr_scheduler_type} and {@code lr_scheduler_kwargs}. */
public final class ScheduleNames {
    /** Every {@code lr_scheduler_type} known here. */
    public static final Set<String> TYPES = Set.of(
            "linear",
            "cosine",
            "cosine_with_restarts",
            "polynomial",
            "constant",
            "constant_with_warmup",
            "inverse_sqrt",
            "cosine_with_min_lr",
            "cosine_warmup_with_min_lr",
            "warmup_stable_decay");

    private final String type;
    private final Map<String, ?> arguments;

    private ScheduleNames(String type, Map<String, ?> arguments) {
        this.type = type;
        this.arguments = arguments;
    }

    /**
     * The schedule called {@code type}.
     *
     * @param arguments numbers, or texts for the two shapes of warmup_stable_decay
     * @throws UserError for an unknown type, an argument the type does not take, or a value out of range
     */
    public static Schedule named(String type, Map<String, ?> arguments) {
        return new ScheduleNames(type, arguments).schedule();
    }

    private Schedule schedule() {
        return switch (type) {
            case "constant" -> taking(new Schedule.Constant());
            case "constant_with_warmup" -> taking(new Schedule.ConstantWithWarmup());
            case "linear" -> taking(new Schedule.Linear());
            case "inverse_sqrt" -> taking(new Schedule.InverseSqrt(steps("timescale")), "timescale");
            case "polynomial" ->
                taking(new Schedule.Polynomial(number("lr_end", 1e-7), number("power", 1)), "lr_end", "power");
            case "cosine" ->
                taking(new Schedule.Cosine(number("num_cycles", 0.5), new Schedule.Floor.Share(0)), "num_cycles");
            case "cosine_with_restarts" ->
                taking(new Schedule.CosineWithRestarts(number("num_cycles", 1)), "num_cycles");
            case "cosine_with_min_lr" ->
                taking(new Schedule.Cosine(number("num_cycles", 0.5), floor()), "num_cycles", "min_lr", "min_lr_rate");
            case "cosine_warmup_with_min_lr" ->
                taking(
                        new Schedule.CosineStepAhead(number("num_cycles", 0.5), floor(), number("warmup_lr_rate")),
                        "num_cycles",
                        "min_lr",
                        "min_lr_rate",
                        "warmup_lr_rate");
            case "warmup_stable_decay" ->
                taking(
                        new WarmupStableDecay(
                                steps("num_stable_steps"),
                                steps("num_decay_steps"),
                                shape("warmup_type", WarmupStableDecay.Rise.LINEAR),
                                shape("decay_type", WarmupStableDecay.Fall.COSINE),
                                number("min_lr_ratio", 0),
                                number("num_cycles", 0.5)),
                        "num_stable_steps",
                        "num_decay_steps",
                        "warmup_type",
                        "decay_type",
                        "min_lr_ratio",
                        "num_cycles");
            default ->
                throw new UserError("lr_scheduler_type is %s: it must be one of %s"
                        .formatted(type, String.join(", ", new TreeSet<>(TYPES))));
        };
    }

    private Schedule taking(Schedule schedule, String... known) {
        Set<String> strange = new TreeSet<>(arguments.keySet());
        strange.removeAll(Set.of(known));
        if (!strange.isEmpty()) {
            throw new UserError("lr_scheduler_kwargs has %s: lr_scheduler_type %s takes %s"
                    .formatted(
                            String.join(", ", strange), type, known.length == 0 ? "none" : String.join(", ", known)));
        }
        return schedule;
    }

    private Schedule.Floor floor() {
        OptionalDouble rate = number("min_lr");
        OptionalDouble share = number("min_lr_rate");
        if (rate.isPresent() == share.isPresent()) {
            throw new UserError(
                    "lr_scheduler_type %s needs either min_lr or min_lr_rate in lr_scheduler_kwargs".formatted(type));
        }
        return rate.isPresent()
                ? new Schedule.Floor.Rate(rate.getAsDouble())
                : new Schedule.Floor.Share(share.getAsDouble());
    }

    private double number(String key, double otherwise) {
        return number(key).orElse(otherwise);
    }

    private OptionalDouble number(String key) {
        Object value = arguments.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue()) && number.doubleValue() >= 0) {
            return OptionalDouble.of(number.doubleValue());
        }
        throw new UserError("lr_scheduler_kwargs.%s is %s: it must be a number of at least 0".formatted(key, value));
    }

    private OptionalLong steps(String key) {
        OptionalDouble number = number(key);
        return number.isEmpty() ? OptionalLong.empty() : OptionalLong.of((long) number.getAsDouble());
    }

    private <E extends Enum<E>> E shape(String key, E otherwise) {
        Object value = arguments.get(key);
        if (value == null) {
            return otherwise;
        }
        String wanted = value.toString().toUpperCase(Locale.ROOT).replace("1-", "ONE_MINUS_");
        for (E shape : otherwise.getDeclaringClass().getEnumConstants()) {
            if (shape.name().equals(wanted)) {
                return shape;
            }
        }
        throw new UserError("lr_scheduler_kwargs.%s is %s: it must be linear, cosine or 1-sqrt".formatted(key, value));
    }
}
