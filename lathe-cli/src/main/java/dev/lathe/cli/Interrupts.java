package dev.lathe.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Ctrl-C, and a polite kill, as a request: the first is remembered, the second ends the program as usual. */
final class Interrupts implements AutoCloseable {
    private static final int INTERRUPTED = 130;

    private final AtomicBoolean requested = new AtomicBoolean();
    private final SignalHandler interrupt;
    private final SignalHandler terminate;

    private Interrupts(String message) {
        SignalHandler handler = signal -> {
            if (requested.getAndSet(true)) {
                Runtime.getRuntime().halt(INTERRUPTED);
            }
            System.err.println("\n" + message);
        };
        interrupt = Signal.handle(new Signal("INT"), handler);
        terminate = Signal.handle(new Signal("TERM"), handler);
    }

    /** @param message shown at the first one */
    static Interrupts catching(String message) {
        return new Interrupts(message);
    }

    boolean requested() {
        return requested.get();
    }

    /** Whether there was one since the last time this was asked. */
    boolean take() {
        return requested.getAndSet(false);
    }

    @Override
    public void close() {
        Signal.handle(new Signal("INT"), interrupt);
        Signal.handle(new Signal("TERM"), terminate);
    }
}
