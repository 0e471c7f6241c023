package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.arrow.flatbuf.Message;

/**
 * The messages of Arrow's interprocess format, one after the other: a length, a description, a body. The file form is
 * the stream form between a magic word and an index, which is not needed to read it all.
 */
final class ArrowStream implements Closeable {
    /** A description and the bytes it describes. */
    record Part(Message message, ByteBuffer body) {}

    private static final byte[] MAGIC = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTINUED = -1;
    private static final int LONGEST_DESCRIPTION = 64 << 20;
    private static final int LONGEST_BODY = Integer.MAX_VALUE - 64;

    private final Path file;
    private final FileContent in;

    ArrowStream(Path file, FileContent in) {
        this.file = file;
        this.in = in;
        in.mark(MAGIC.length);
        try {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                in.reset();
            }
        } catch (IOException e) {
            throw broken("%s".formatted(e.getMessage()));
        }
    }

    /** The next message, or empty at the end. Throws {@link UserError} when the file breaks off or is none of Arrow's. */
    Optional<Part> next() {
        byte[] word = read(Integer.BYTES, true);
        if (word.length == 0) {
            return Optional.empty();
        }
        int length = number(word);
        if (length == CONTINUED) { // older writers leave this word out
            length = number(read(Integer.BYTES, false));
        }
        if (length == 0) {
            return Optional.empty();
        }
        if (length < 0 || length > LONGEST_DESCRIPTION) {
            throw broken("a message of %d bytes".formatted(length));
        }
        ByteBuffer description = buffer(read(length, false));
        return guarded(() -> {
            Message message = Message.getRootAsMessage(description);
            return Optional.of(new Part(message, buffer(read(body(message.bodyLength()), false))));
        });
    }

    /** Reads something of which no word was checked before: what makes no sense is the file's fault. */
    <T> T guarded(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IndexOutOfBoundsException | ArithmeticException | DateTimeException | IllegalArgumentException e) {
            throw broken("a value that cannot be (%s)".formatted(e.getMessage()));
        }
    }

    private int body(long length) {
        if (length < 0 || length > LONGEST_BODY) {
            throw broken("a batch of %d bytes; write it in smaller batches".formatted(length));
        }
        return (int) length;
    }

    /** So many bytes; the memory grows with what really comes. At a message's beginning the stream may end. */
    private byte[] read(int length, boolean mayEnd) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length && !(mayEnd && bytes.length == 0)) {
                throw broken("it is cut short");
            }
            return bytes;
        } catch (IOException e) {
            throw broken("%s".formatted(e.getMessage()));
        }
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int number(byte[] word) {
        return buffer(word).getInt();
    }

    UserError broken(String what) {
        return new UserError(
                "%s: no whole Arrow file (at byte %d): %s; fetch or write it again".formatted(file, in.taken(), what));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
