package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The lines of a UTF-8 file, split at \n, \r and \r\n alone. A byte-order mark is not part of the first line. */
final class Lines implements Closeable {
    private final Path file;
    private final FileContent in;
    private final BufferedReader reader;
    private long number;

    Lines(Path file, FileContent in) {
        this.file = file;
        this.in = in;
        this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    Optional<String> next() {
        try {
            String line = reader.readLine();
            if (line == null) {
                return Optional.empty();
            }
            number++;
            return Optional.of(number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line);
        } catch (CharacterCodingException e) {
            throw new UserError(
                    "%s: not UTF-8 at or after line %d; save it as UTF-8 and run again".formatted(file, number + 1), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the line that came last, from 1. */
    long number() {
        return number;
    }

    long bytesRead() {
        return in.taken();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
