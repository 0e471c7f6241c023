package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final List<String> heard = new ArrayList<>();

    @Test
    void tellsAllInOrder() {
        Events events = new Events(List.of(hears("a"), hears("b")));
        events.publish(new Event.Notice("1"));
        events.publish(new Event.Notice("2"));
        assertThat(heard).containsExactly("a 1", "b 1", "a 2", "b 2");
    }

    @Test
    void whoFailsIsNamedOnceAndDropped() {
        EventListener broken = new EventListener() {
            @Override
            public void on(Event event) {
                throw new IllegalStateException("disk full");
            }

            @Override
            public String name() {
                return "the plot";
            }
        };
        Events events = new Events(List.of(hears("a"), broken, hears("b")));
        events.publish(new Event.Notice("1"));
        events.publish(new Event.Notice("2"));
        String dropped = "the plot stopped, the run goes on without it: disk full";
        assertThat(heard).containsExactly("a 1", "a " + dropped, "b " + dropped, "b 1", "a 2", "b 2");
    }

    @Test
    void allMayFail() {
        Events events = new Events(List.of(fails(), fails()));
        events.publish(new Event.Notice("1"));
        events.publish(new Event.Notice("2"));
        assertThat(heard).isEmpty();
    }

    private static EventListener fails() {
        return event -> {
            throw new IllegalStateException();
        };
    }

    private EventListener hears(String name) {
        return event -> heard.add(name + " " + ((Event.Notice) event).text());
    }
}
