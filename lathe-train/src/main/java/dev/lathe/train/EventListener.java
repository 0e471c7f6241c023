package dev.lathe.train;

/** Is told what happens in a run, on the trainer's thread and in order; returns soon. */
@FunctionalInterface
public interface EventListener {
    /** May throw: the run goes on without this listener (see {@link Events}). */
    void on(Event event);

    /** What it is called when the user is told that it failed. */
    default String name() {
        return getClass().getSimpleName();
    }
}
