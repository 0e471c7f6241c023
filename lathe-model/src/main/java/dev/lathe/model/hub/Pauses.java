package dev.lathe.model.hub;

import dev.lathe.base.UserError;
import java.time.Duration;

/** Waits between attempts; tests do not. */
@FunctionalInterface
interface Pauses {
    void pause(Duration duration);

    static Pauses real() {
        return duration -> {
            try {
                Thread.sleep(duration);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("the download was stopped; the next one goes on from there", e);
            }
        };
    }
}
