package dev.lathe.train;

import java.util.OptionalLong;

/**
 * Rises to the base rate, holds it, falls to {@code floor} and stays there (Hu et al. 2024, arXiv:2404.06395).
 *
 * @param stableSteps how long it holds; without a number a third of what the warm-up leaves, rounded down
 * @param decaySteps how long it falls; without a number all that the warm-up and that third leave
 * @param floor share of the base rate at both ends, 0 to 1
 * @param cycles cosine waves of a cosine fall: 0.5 goes down once
 */
public record WarmupStableDecay(
        OptionalLong stableSteps, OptionalLong decaySteps, Rise rise, Fall fall, double floor, double cycles)
        implements Schedule {
    /** How it climbs from 0 to 1 in the warm-up. */
    public enum Rise {
        LINEAR,
        COSINE,
        ONE_MINUS_SQRT
    }

    /** How it comes down from 1 to 0. */
    public enum Fall {
        LINEAR,
        COSINE,
        ONE_MINUS_SQRT
    }

    @Override
    public double factor(long step, LearningRate rate) {
        long warmup = rate.warmupSteps();
        long remaining = Math.max(0, rate.totalSteps() - warmup);
        long stable = stableSteps.orElse(remaining / 3);
        long decay = decaySteps.orElse(remaining - remaining / 3);
        if (step < warmup) {
            return lift(risen(rate.rise(step)));
        }
        if (step < warmup + stable) {
            return 1;
        }
        if (step < warmup + stable + decay) {
            return lift(fallen((double) (step - warmup - stable) / decay));
        }
        return floor;
    }

    private double risen(double x) {
        return switch (rise) {
            case LINEAR -> x;
            case COSINE -> 1 - Schedule.wave(x);
            case ONE_MINUS_SQRT -> 1 - Math.sqrt(1 - x);
        };
    }

    private double fallen(double x) {
        return switch (fall) {
            case LINEAR -> 1 - x;
            case COSINE -> Schedule.wave(cycles * 2 * x);
            case ONE_MINUS_SQRT -> 1 - Math.sqrt(x);
        };
    }

    private double lift(double factor) {
        return Math.max(0, factor * (1 - floor) + floor);
    }
}
