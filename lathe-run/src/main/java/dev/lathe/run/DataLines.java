package dev.lathe.run;

import dev.lathe.data.DataProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Tokenising as lines: none when it is quick, then one every few seconds. */
final class DataLines implements DataProgress {
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final Host host;
    private String dataset = "";
    private Instant begun = Instant.MIN;
    private Instant said = Instant.MIN;

    DataLines(Host host) {
        this.host = host;
    }

    @Override
    public void tokenised(String name, long rows, long bytes, long total) {
        Instant now = host.clock().instant();
        if (!name.equals(dataset)) {
            dataset = name;
            begun = now;
            said = now;
        }
        if (now.isBefore(said.plus(PAUSE))) {
            return;
        }
        said = now;
        double seconds = Duration.between(begun, now).toMillis() / 1e3;
        host.say(String.format(
                Locale.ROOT,
                "Tokenising %s: %,d rows, %.0f %% of %.1f MB, %,.0f rows/s",
                name,
                rows,
                total == 0 ? 100.0 : 100.0 * bytes / total,
                total / 1e6,
                rows / seconds));
    }
}
