package dev.lathe.run;

import dev.lathe.data.EpochOrder;
import dev.lathe.run.config.RunLength;
import dev.lathe.run.config.TrainingConfig;
import dev.lathe.run.config.When;
import dev.lathe.run.report.LogRule;
import dev.lathe.train.Interval;
import dev.lathe.train.StepPlan;

/** Says in steps of a plan what the configuration says in steps, shares or epochs. */
record Intervals(StepPlan plan) {
    Interval of(When when) {
        return switch (when) {
            case When.Never() -> new Interval.Never();
            case When.EachEpoch() -> new Interval.Epochs();
            case When.EachSteps(var count) -> new Interval.Steps(Math.max(1, count.of(total())));
        };
    }

    LogRule logging(When when, boolean first) {
        return switch (when) {
            case When.Never() -> new LogRule.Never();
            case When.EachEpoch() -> new LogRule.Epochs(plan.stepsPerEpoch(), first);
            case When.EachSteps(var count) -> new LogRule.Steps(Math.max(1, count.of(total())), first);
        };
    }

    /** Steps between two times, as {@code trainer_state.json} repeats them. */
    long steps(When when) {
        return when instanceof When.EachSteps(var count) ? Math.max(1, count.of(total())) : 500;
    }

    private int total() {
        return Math.toIntExact(plan.totalSteps());
    }

    static StepPlan plan(EpochOrder order, TrainingConfig training) {
        return new StepPlan(
                order,
                training.microBatch(),
                training.accumulation(),
                epochs(training.length()),
                maxSteps(training.length()));
    }

    private static double epochs(RunLength length) {
        return length instanceof RunLength.Epochs(double epochs) ? epochs : 0;
    }

    static long maxSteps(RunLength length) {
        return length instanceof RunLength.Steps(int steps) ? steps : 0;
    }
}
