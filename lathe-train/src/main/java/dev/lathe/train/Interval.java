package dev.lathe.train;

/** When something that happens again and again is due. */
public sealed interface Interval {
    /** Whether it is due once {@code done} steps are done. What is done at all is also done after the last step. */
    boolean due(long done, StepPlan plan);

    record Never() implements Interval {
        @Override
        public boolean due(long done, StepPlan plan) {
            return false;
        }
    }

    /** @param steps at least 1 */
    record Steps(long steps) implements Interval {
        @Override
        public boolean due(long done, StepPlan plan) {
            return done % steps == 0 || done == plan.totalSteps();
        }
    }

    /** At the end of every epoch, and of the run. */
    record Epochs() implements Interval {
        @Override
        public boolean due(long done, StepPlan plan) {
            return plan.endsEpoch(done) || done == plan.totalSteps();
        }
    }
}
