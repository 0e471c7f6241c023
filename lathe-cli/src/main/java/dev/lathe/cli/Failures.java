package dev.lathe.cli;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is shown when a command fails. A user's error is its message and nothing else; anything else is a defect, said in
 * one line, with the stack trace in a file to send in (or on the spot, when {@code LATHE_DEBUG} is set).
 */
record Failures(boolean debug) {
    private static final int STATUS = 1;

    int report(Throwable failure, PrintWriter err) {
        Optional<UserError> mendable = userError(failure);
        if (mendable.isPresent()) {
            err.println(mendable.get().getMessage());
            if (debug) {
                failure.printStackTrace(err);
            }
        } else if (failure instanceof OutOfMemoryError) {
            err.println("Java's heap is full (%s; at most %d MiB): set LATHE_JAVA_OPTS=-Xmx… to allow more."
                    .formatted(failure.getMessage(), Runtime.getRuntime().maxMemory() >> 20));
        } else {
            err.println("This is a defect in Lathe, please report it: %s. %s".formatted(failure, trace(failure)));
        }
        err.flush();
        return STATUS;
    }

    private String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        text.append("lathe ").append(Version.lathe()).append('\n');
        failure.printStackTrace(new PrintWriter(text, true));
        if (debug) {
            return "\n" + text;
        }
        try {
            Path file = Files.createTempFile("lathe-defect-", ".txt");
            Files.writeString(file, text.toString());
            return "The stack trace is in " + file;
        } catch (IOException e) {
            return "\n" + text;
        }
    }

    private static Optional<UserError> userError(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof UserError mendable) {
                return Optional.of(mendable);
            }
        }
        return Optional.empty();
    }
}
