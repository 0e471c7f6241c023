package dev.lathe.base;

/**
 * Something the user can mend: a wrong key, a missing file, a truncated download. Its message names the thing, the place
 * and the way out, and is all that is shown; the program ends with status 1 and without a stack trace.
 */
public final class UserError extends RuntimeException {
    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
