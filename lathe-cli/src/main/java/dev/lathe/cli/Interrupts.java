package dev.lathe.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Ctrl-C as a request: the first is remembered, the second ends the program at once. */
final class Interrupts implements AutoCloseable {
    /** What a program ends with that was interrupted. */
    static final int STATUS = 130;

    private record Replaced(Signal signal, SignalHandler handler) {}

    private final AtomicBoolean requested = new AtomicBoolean();
    private final List<Replaced> replaced = new ArrayList<>();

    private Interrupts(String message, List<String> signals) {
        for (String name : signals) {
            Signal signal = new Signal(name);
            SignalHandler old = Signal.handle(signal, caught -> {
                if (requested.getAndSet(true)) {
                    Runtime.getRuntime().halt(STATUS);
                }
                System.err.println("\n" + message);
            });
            replaced.add(new Replaced(signal, old));
        }
    }

    /** Of a conversation. A polite kill ends the program as usual. {@code message} is shown at the first Ctrl-C. */
    static Interrupts ofTyping(String message) {
        return new Interrupts(message, List.of("INT"));
    }

    /** Of long work, which a polite kill also asks to finish early. {@code message} is shown at the first request. */
    static Interrupts ofTermination(String message) {
        return new Interrupts(message, List.of("INT", "TERM"));
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
        replaced.forEach(old -> Signal.handle(old.signal(), old.handler()));
    }
}
