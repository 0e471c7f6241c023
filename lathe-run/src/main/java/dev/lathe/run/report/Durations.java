package dev.lathe.run.report;

import java.time.Duration;
import java.util.Locale;

/** Spans of time in words. */
final class Durations {
    private Durations() {}

    /** As Python prints a timedelta of whole seconds: {@code 0:01:05}, {@code 2 days, 3:00:00}. */
    static String hms(Duration time) {
        long days = time.toDays();
        String prefix = days == 0 ? "" : days == 1 ? "1 day, " : days + " days, ";
        return String.format(
                Locale.ROOT, "%s%d:%02d:%02d", prefix, time.toHoursPart(), time.toMinutesPart(), time.toSecondsPart());
    }

    /** Zero for what is negative, not a number, or beyond a century. */
    static Duration ofSeconds(double seconds) {
        return seconds > 0 && seconds < 3.2e9 ? Duration.ofMillis((long) (seconds * 1000)) : Duration.ZERO;
    }

    static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
