package dev.lathe.run.report;

import dev.lathe.train.Event.StepDone;
import dev.lathe.train.RunFacts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time and tokens since this start of the run: what was done before a resume counts for neither. */
final class RunClock {
    private final InstantSource clock;
    private Instant started;
    private long resumedFromStep;
    private long tokens;

    RunClock(InstantSource clock) {
        this.clock = clock;
        this.started = clock.instant();
    }

    void start(RunFacts facts) {
        started = clock.instant();
        resumedFromStep = facts.resumedFromStep();
        tokens = 0;
    }

    void add(StepDone done) {
        tokens += done.cost().tokens();
    }

    Duration elapsed() {
        Duration passed = Duration.between(started, clock.instant());
        return passed.isNegative() ? Duration.ZERO : passed; // someone set the clock back
    }

    /** Time left if the remaining steps go as fast as this start's did on average. */
    Duration remaining(long step, long totalSteps) {
        long done = steps(step);
        return done <= 0
                ? Duration.ZERO
                : Durations.ofSeconds(Durations.seconds(elapsed()) / done * (totalSteps - step));
    }

    /** Steps done since this start. */
    long steps(long step) {
        return step - resumedFromStep;
    }

    double tokensPerSecond() {
        return tokens / Math.max(1e-9, Durations.seconds(elapsed()));
    }
}
