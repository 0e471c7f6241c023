package dev.lathe.train;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The shape of a learning rate curve; {@link ScheduleNames} knows them by Hugging Face's names. */
public sealed interface Schedule
        permits Schedule.Constant,
                Schedule.ConstantWithWarmup,
                Schedule.Linear,
                Schedule.InverseSqrt,
                Schedule.Polynomial,
                Schedule.Cosine,
                Schedule.CosineWithRestarts,
                Schedule.CosineStepAhead,
                WarmupStableDecay {
    /** Share of the base rate after {@code step} completed steps of {@code rate}'s run. Pure. */
    double factor(long step, LearningRate rate);

    /** Base rate from the first step to the last; warm-up steps are ignored. */
    record Constant() implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            return 1;
        }
    }

    /** Rises, then stays. */
    record ConstantWithWarmup() implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            return step < rate.warmupSteps() ? rate.rise(step) : 1;
        }
    }

    /** Rises, then falls in a straight line to 0. */
    record Linear() implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            return step < rate.warmupSteps() ? rate.rise(step) : Math.max(0, 1 - rate.fallen(step));
        }
    }

    /** Falls as the square root of time grows; {@code timescale} is the warm-up, or 10000 without one. */
    record InverseSqrt(OptionalLong timescale) implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            if (step < rate.warmupSteps()) {
                return rate.rise(step);
            }
            double scale = timescale.orElse(rate.warmupSteps() > 0 ? rate.warmupSteps() : 10_000);
            return 1 / Math.sqrt((step + scale - rate.warmupSteps()) / scale);
        }
    }

    /** Falls to {@code end} as (1 - progress)^power. {@code end} is a rate, not a share. */
    record Polynomial(double end, double power) implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            if (step < rate.warmupSteps()) {
                return rate.rise(step);
            }
            double left = Math.max(0, 1 - rate.fallen(step));
            return ((rate.base() - end) * Math.pow(left, power) + end) / rate.base();
        }
    }

    /** Falls along {@code cycles} cosine waves (0.5: from the top to the bottom once) to {@code floor}. */
    record Cosine(double cycles, Floor floor) implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            return step < rate.warmupSteps() ? rate.rise(step) : floor.lift(wave(cycles * 2 * rate.fallen(step)), rate);
        }
    }

    /** Falls to 0 and jumps back to the top, {@code cycles} times (Loshchilov and Hutter 2016, arXiv:1608.03983). */
    record CosineWithRestarts(double cycles) implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            if (step < rate.warmupSteps()) {
                return rate.rise(step);
            }
            double fallen = rate.fallen(step);
            return fallen >= 1 ? 0 : wave((cycles * fallen) % 1);
        }
    }

    /**
     * {@link Cosine} one step ahead: the first step already moves and the last one reaches the floor.
     *
     * @param start the share that the rise begins at; without one it begins at one warm-up step
     */
    record CosineStepAhead(double cycles, Floor floor, OptionalDouble start) implements Schedule {
        @Override
        public double factor(long step, LearningRate rate) {
            long warmup = rate.warmupSteps();
            if (step < warmup) {
                return start.isEmpty()
                        ? rate.rise(step + 1)
                        : start.getAsDouble() + (1 - start.getAsDouble()) * step / Math.max(1, warmup - 1);
            }
            return floor.lift(wave(cycles * 2 * rate.fallen(step + 1)), rate);
        }
    }

    /** Where a cosine ends. */
    sealed interface Floor {
        /** The floor as a share of the base rate. */
        double share(LearningRate rate);

        /** Squeezes a factor of [0, 1] into [share, 1]. */
        default double lift(double factor, LearningRate rate) {
            double share = share(rate);
            return Math.max(0, factor * (1 - share) + share);
        }

        /** A rate. */
        record Rate(double rate) implements Floor {
            @Override
            public double share(LearningRate of) {
                return rate / of.base();
            }
        }

        /** A share of the base rate. */
        record Share(double share) implements Floor {
            @Override
            public double share(LearningRate of) {
                return share;
            }
        }
    }

    /** From 1 down to 0 along half a cosine, x in [0, 1]; x = 2 is up again. */
    static double wave(double x) {
        return 0.5 * (1 + Math.cos(Math.PI * x));
    }
}
