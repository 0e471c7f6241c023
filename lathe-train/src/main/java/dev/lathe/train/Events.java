package dev.lathe.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands every event to every listener, in the order they were given. A listener that throws is dropped, and the others
 * are told once by a {@link Event.Notice}: a full disk under a log file is no reason to lose a night of training. For
 * one thread.
 */
public final class Events {
    private final List<EventListener> listeners;

    public Events(List<? extends EventListener> listeners) {
        this.listeners = new ArrayList<>(listeners);
    }

    public void publish(Event event) {
        for (EventListener listener : List.copyOf(listeners)) {
            try {
                listener.on(event);
            } catch (RuntimeException e) {
                listeners.remove(listener);
                publish(new Event.Notice("%s stopped, the run goes on without it: %s"
                        .formatted(listener.name(), e.getMessage() == null ? e.toString() : e.getMessage())));
            }
        }
    }
}
