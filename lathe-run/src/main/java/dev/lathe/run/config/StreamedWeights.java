package dev.lathe.run.config;

/** Whether the frozen matrices under an adapter stay in their file, and are read block by block as they are needed. */
public enum StreamedWeights {
    /** When they would take most of the memory that the process may use. */
    AUTO,
    ALWAYS,
    NEVER;

    static StreamedWeights of(Settings s) {
        return switch (s.text("stream_weights")) {
            case "true" -> ALWAYS;
            case "false" -> NEVER;
            default -> AUTO;
        };
    }
}
