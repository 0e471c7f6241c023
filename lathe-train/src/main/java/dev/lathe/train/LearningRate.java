package dev.lathe.train;

import dev.lathe.base.UserError;

/**
 * The learning rate as a pure function of the step, so that a resumed run needs no state for it. Curves and names are
 * those of Hugging Face's schedulers.
 *
 * @param base the rate at the top of the curve, above 0
 * @param warmupSteps optimizer steps of the rise from 0, at least 0; see {@link #warmupSteps(double, long)}
 * @param totalSteps optimizer steps of the whole run
 */
public record LearningRate(double base, long warmupSteps, long totalSteps, Schedule schedule) {
    public LearningRate {
        if (!(base > 0) || Double.isInfinite(base)) {
            throw new UserError("learning_rate is %s: it must be a number above 0".formatted(base));
        }
        if (warmupSteps < 0 || totalSteps < 0) {
            throw new UserError(
                    "warmup_steps is %d and max_steps %d: neither can be negative".formatted(warmupSteps, totalSteps));
        }
        if (schedule instanceof Schedule.Polynomial polynomial && polynomial.end() >= base) {
            throw new UserError(
                    "lr_scheduler_kwargs.lr_end is %s: the polynomial schedule falls, so it must be below learning_rate %s"
                            .formatted(polynomial.end(), base));
        }
    }

    /** The rate in use in the step that follows {@code step} completed ones: {@code at(0)} is the first step's. */
    public double at(long step) {
        return base * factor(step);
    }

    /** {@link #at} as a share of {@link #base}: for parameter groups that have a base of their own. */
    double factor(long step) {
        return schedule.factor(step, this);
    }

    /** The linear rise from 0, for the steps before {@link #warmupSteps}. */
    double rise(long step) {
        return (double) step / Math.max(1, warmupSteps);
    }

    /** 0 at the end of the warm-up, 1 at the end of the run. */
    double fallen(long step) {
        return (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    }
}
