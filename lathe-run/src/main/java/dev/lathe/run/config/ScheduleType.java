package dev.lathe.run.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The courses a learning rate can take, with the settings each of them reads from {@code lr_scheduler_kwargs}. */
public enum ScheduleType {
    LINEAR,
    COSINE("num_cycles"),
    COSINE_WITH_RESTARTS("num_cycles"),
    POLYNOMIAL("power", "lr_end"),
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    INVERSE_SQRT("timescale"),
    COSINE_WITH_MIN_LR("num_cycles", "min_lr", "min_lr_rate"),
    COSINE_WARMUP_WITH_MIN_LR("num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"),
    WARMUP_STABLE_DECAY(
            "num_stable_steps", "num_decay_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles");

    private final List<String> settings;

    ScheduleType(String... settings) {
        this.settings = List.of(settings);
    }

    /** As written in a configuration: {@code cosine_with_min_lr}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<String> settings() {
        return settings;
    }

    /** Empty for a type that Lathe knows but cannot do yet. */
    static Optional<ScheduleType> of(Settings s) {
        String word = s.text("lr_scheduler_type");
        return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
    }
}
