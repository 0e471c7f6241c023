package dev.lathe.run.config;

/** When something that comes again and again is done: log, evaluate, save. */
public sealed interface When {
    record Never() implements When {}

    record EachEpoch() implements When {}

    record EachSteps(StepCount interval) implements When {}
}
