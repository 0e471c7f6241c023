package dev.lathe.run.report;

import dev.lathe.train.StepCost;
import java.time.Duration;

/** Speed over about the last twenty steps, so that a slow first step does not haunt the estimate. */
final class Pace {
    private static final double KEEP = 0.95;

    private double tokens;
    private double seconds;
    private double steps;

    void add(StepCost cost) {
        tokens = tokens * KEEP + cost.tokens();
        seconds = seconds * KEEP + cost.seconds();
        steps = steps * KEEP + 1;
    }

    double tokensPerSecond() {
        return seconds > 0 ? tokens / seconds : 0;
    }

    Duration timeFor(long stepsLeft) {
        return steps == 0 ? Duration.ZERO : Durations.ofSeconds(seconds / steps * stepsLeft);
    }
}
