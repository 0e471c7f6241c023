package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the training that a file describes left its result: {@code lathe chat my.yaml} with the file that trained.
 * Whether anything lies there is for the caller to see: an adapter (then it stands in for the last of
 * {@link ModelConfig#adapters()}, which training went on with), whole weights (then they are the model), or nothing yet.
 *
 * @param origin who named the folder, for messages
 */
public record TrainedOutput(Path folder, Origin origin) {
    /** Present when the settings are those of a training: they name data or an output folder. */
    static Optional<TrainedOutput> of(Settings s) {
        return s.given("dataset") || s.given("output_dir")
                ? Optional.of(new TrainedOutput(
                        Path.of(s.text("output_dir")), s.get("output_dir").origin()))
                : Optional.empty();
    }
}
