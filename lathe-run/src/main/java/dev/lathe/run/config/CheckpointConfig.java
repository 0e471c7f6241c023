package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where the result goes and when it is saved.
 *
 * @param limit checkpoints kept; empty for all
 */
public record CheckpointConfig(Path outputDir, When when, OptionalInt limit, Resume resume) {
    /** How a run treats what an earlier one left in its folder. */
    public sealed interface Resume {
        /** What must be added to the same command for it to go on from the newest checkpoint. */
        default String howToGoOn() {
            return switch (this) {
                case Anew() -> " with resume_from_checkpoint=true";
                case From _ -> " with resume_from_checkpoint=true";
                case NewestIfAny(), Newest() -> "";
            };
        }

        /** Starts anew; the old checkpoints stay until new ones of the same name replace them. */
        record Anew() implements Resume {}

        /** Goes on from the newest whole checkpoint if there is one. */
        record NewestIfAny() implements Resume {}

        /** Goes on from the newest whole checkpoint; none is an error. */
        record Newest() implements Resume {}

        record From(Path checkpoint) implements Resume {}
    }

    static CheckpointConfig of(Settings s) {
        OptionalInt limit = s.optionalWhole("save_total_limit");
        return new CheckpointConfig(
                Path.of(s.text("output_dir")),
                s.when("save_strategy", "save_steps"),
                limit.orElse(0) == 0 ? OptionalInt.empty() : limit,
                resume(s));
    }

    private static Resume resume(Settings s) {
        return switch (s.get("resume_from_checkpoint").value()) {
            case Value.Text(String path) when !path.isEmpty() -> new Resume.From(Path.of(path));
            case Value.Flag(boolean on) -> on ? new Resume.Newest() : new Resume.Anew();
            default -> s.flag("overwrite_output_dir") ? new Resume.Anew() : new Resume.NewestIfAny();
        };
    }
}
