package dev.lathe.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.nio.file.Path;

/**
 * How far a stream has been read: all that a resumed run needs to go on with the very next sample.
 *
 * @param epoch passes over the data that are done
 * @param rows rows of this epoch before the batch that is being used
 * @param taken samples of that batch that are used
 * @param samples samples used since the run began
 */
public record StreamPosition(int epoch, long rows, int taken, int samples) {
    static final StreamPosition START = new StreamPosition(0, 0, 0, 0);

    /** Throws {@link UserError} when the file is none of {@link #json}. */
    public static StreamPosition read(Path file) {
        JsonNode json = Json.read(file);
        for (String key : new String[] {"epoch", "rows", "taken", "samples"}) {
            if (!json.path(key).isIntegralNumber() || json.path(key).longValue() < 0) {
                throw new UserError("%s: `%s` must be a whole number, but is %s; resume from another checkpoint"
                        .formatted(file, key, json.path(key)));
            }
        }
        return new StreamPosition(
                json.path("epoch").intValue(),
                json.path("rows").longValue(),
                json.path("taken").intValue(),
                json.path("samples").intValue());
    }

    /** As a checkpoint keeps it. */
    public String json() {
        return Json.pretty(Json.object()
                .put("epoch", epoch)
                .put("rows", rows)
                .put("taken", taken)
                .put("samples", samples));
    }
}
