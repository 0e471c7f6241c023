package dev.lathe.run.config;

/** A token that is never printed. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
