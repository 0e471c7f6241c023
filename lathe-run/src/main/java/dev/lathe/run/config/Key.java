package dev.lathe.run.config;

import java.util.Set;

/**
 * One line of the table of keys.
 *
 * @param usedBy the commands that read it; for the others it is accepted and has no effect
 * @param why the reason of {@link Status#NO_EFFECT}; otherwise what comes nearest today, or empty
 * @param what what it does, for people
 */
record Key(
        String name,
        String section,
        Set<Command> usedBy,
        ValueType type,
        Value standard,
        Status status,
        String why,
        String what) {
    /** What Lathe does with a key today. */
    enum Status {
        HONOURED,
        NO_EFFECT,
        NOT_YET,
        /** Stops the run at any value: its default is not one of a training run. */
        NEVER_YET
    }

    /** Whether this value is one that a run cannot have today. */
    boolean refuses(Value value) {
        boolean asksForNothing = value.shown().equals(standard.shown()) || standard.off() && value.off();
        return switch (status) {
            case NEVER_YET -> true;
            case NOT_YET -> !asksForNothing;
            case HONOURED, NO_EFFECT -> type.notYet(value);
        };
    }

    boolean secret() {
        return type.kind() == ValueType.Kind.SECRET;
    }

    /** A value as it may be shown: secrets are hidden. */
    String shown(Value value) {
        return secret() && !value.off() ? "***" : value.shown();
    }
}
