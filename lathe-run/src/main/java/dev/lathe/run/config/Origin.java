package dev.lathe.run.config;

/** Where a value came from: said in every error and by {@code --print-config}. */
public sealed interface Origin {
    /** Nobody set it. */
    record Default() implements Origin {}

    /**
     * A place in a file. Lines and columns count from 1; {@code path} is the name in the file ({@code model.lora_config.rank})
     * where that is not the key's own name, else empty.
     */
    record Line(String file, int line, int column, String path) implements Origin {}

    /** An argument, as written. */
    record Argument(String written) implements Origin {}

    /** Follows from other keys; {@code from} names them. */
    record Derived(String from) implements Origin {}

    /** A few words for people. */
    default String described() {
        return switch (this) {
            case Default() -> "default";
            case Line(String file, int line, int column, String path) ->
                "%s:%d%s".formatted(file, line, path.isEmpty() ? "" : " (" + path + ")");
            case Argument(String written) -> "command line";
            case Derived(String from) -> "from " + from;
        };
    }
}
