package dev.lathe.run;

import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a run told. */
final class Heard implements EventListener {
    private final List<Event> events = new ArrayList<>();

    @Override
    public void on(Event event) {
        events.add(event);
    }

    <E extends Event> List<E> all(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<Event.StepDone> steps() {
        return all(Event.StepDone.class);
    }

    List<Double> losses() {
        return steps().stream().map(Event.StepDone::loss).toList();
    }
}
