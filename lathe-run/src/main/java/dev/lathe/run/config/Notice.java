package dev.lathe.run.config;

/**
 * Something a user should know although the run goes on: a key without effect, or a number format that was replaced.
 *
 * @param key the key, or several with commas between them
 */
public record Notice(String key, String message) {
    @Override
    public String toString() {
        return key + ": " + message;
    }
}
