package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("goldens")
    void equalsTheReference(String name, JsonNode golden) {
        LearningRate rate = of(golden.get("settings"));
        JsonNode expected = golden.get("learning_rate");
        for (int step = 0; step < expected.size(); step++) {
            double wanted = expected.get(step).doubleValue();
            assertThat(rate.at(step)).as("%s after %d steps", name, step).isCloseTo(wanted, within(wanted * 1e-6));
        }
    }

    @Test
    void everyTypeIsInTheGoldens() throws IOException {
        assertThat(goldens().map(a -> ((JsonNode) a.get()[1])
                        .at("/settings/lr_scheduler_type")
                        .asText()))
                .hasSize(17)
                .containsAll(ScheduleNames.TYPES);
    }

    @ParameterizedTest
    @MethodSource("types")
    void neverNegativeNeverAboveTheBaseAndFiniteBeyondTheEnd(String type) {
        Map<String, Double> arguments = type.contains("min_lr") ? Map.of("min_lr", 1e-5) : Map.of();
        for (long warmup : new long[] {0, 1, 7, 50}) {
            LearningRate rate = new LearningRate(2e-4, warmup, 10, ScheduleNames.named(type, arguments));
            for (long step = 0; step < 60; step++) {
                assertThat(rate.at(step)).isBetween(0.0, 2e-4 * (1 + 1e-12));
            }
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> ScheduleNames.named("cosin", Map.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cosin")
                .hasMessageContaining("constant, constant_with_warmup, cosine,");
        assertThatThrownBy(() -> ScheduleNames.named("linear", Map.of("power", 2)))
                .hasMessage("lr_scheduler_kwargs has power: lr_scheduler_type linear takes none");
        assertThatThrownBy(() -> ScheduleNames.named("cosine_with_min_lr", Map.of()))
                .hasMessageContaining("either min_lr or min_lr_rate");
        assertThatThrownBy(() -> ScheduleNames.named("polynomial", Map.of("power", "two")))
                .hasMessageContaining("lr_scheduler_kwargs.power is two");
        assertThatThrownBy(() -> ScheduleNames.named("warmup_stable_decay", Map.of("decay_type", "steep")))
                .hasMessageContaining("linear, cosine or 1-sqrt");
        assertThatThrownBy(() -> new LearningRate(1e-8, 0, 10, ScheduleNames.named("polynomial", Map.of())))
                .hasMessageContaining("below learning_rate");
        assertThatThrownBy(() -> new LearningRate(0, 0, 10, new Schedule.Constant()))
                .hasMessageContaining("learning_rate is 0.0");
    }

    static Stream<String> types() {
        return ScheduleNames.TYPES.stream().sorted();
    }

    static Stream<Arguments> goldens() throws IOException {
        try (InputStream in = Objects.requireNonNull(LearningRateTest.class.getResourceAsStream("lr_schedules.json"))) {
            return Json.MAPPER.readTree(in).get("schedules").properties().stream()
                    .map(e -> Arguments.of(e.getKey(), e.getValue()));
        }
    }

    private static LearningRate of(JsonNode settings) {
        long total = settings.get("max_steps").longValue();
        double ratio = settings.path("warmup_ratio").doubleValue();
        long warmup = settings.has("warmup_ratio")
                ? (long) Math.ceil(ratio * total)
                : settings.path("warmup_steps").longValue();
        Map<String, Object> arguments = settings.has("lr_scheduler_kwargs")
                ? Json.MAPPER.convertValue(settings.get("lr_scheduler_kwargs"), new TypeReference<>() {})
                : Map.of();
        return new LearningRate(
                settings.get("learning_rate").doubleValue(),
                warmup,
                total,
                ScheduleNames.named(settings.get("lr_scheduler_type").textValue(), arguments));
    }
}
