package dev.lathe.run.report;

import dev.lathe.train.Progress;

/** After which steps a line is logged: {@code logging_strategy}, {@code logging_steps}, {@code logging_first_step}. */
public sealed interface LogRule {
    /** Whether the step that led to {@code now} is logged. */
    boolean due(Progress now);

    record Never() implements LogRule {
        @Override
        public boolean due(Progress now) {
            return false;
        }
    }

    /** Every {@code every} steps (at least 1), and after the very first one if {@code first}. */
    record Steps(long every, boolean first) implements LogRule {
        public Steps {
            if (every < 1) {
                throw new IllegalArgumentException("logging_steps must be at least 1 here, is " + every);
            }
        }

        @Override
        public boolean due(Progress now) {
            return now.step() % every == 0 || (first && now.step() == 1);
        }
    }

    /** At the end of each pass over the data of {@code stepsPerEpoch} steps. */
    record Epochs(long stepsPerEpoch, boolean first) implements LogRule {
        @Override
        public boolean due(Progress now) {
            return new Steps(stepsPerEpoch, first).due(now);
        }
    }
}
