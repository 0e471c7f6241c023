package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a data file holds, unpacked. Packed data that is broken or cut short is the user's error, with its place. */
final class FileContent extends FilterInputStream {
    private final Path file;
    private final Compression compression;
    private final Counter counter;

    private FileContent(Path file, Compression compression, Counter counter, InputStream unpacked) {
        super(unpacked);
        this.file = file;
        this.compression = compression;
        this.counter = counter;
    }

    /** Opens a file. Throws {@link UserError} when it cannot be read. */
    static FileContent open(Path file, Compression compression) {
        Counter counter = null;
        try {
            counter = new Counter(Files.newInputStream(file));
            InputStream unpacked = compression.unpack(new BufferedInputStream(counter, 1 << 16));
            return new FileContent(file, compression, counter, new BufferedInputStream(unpacked, 1 << 16));
        } catch (IOException e) {
            if (counter != null) {
                close(counter, e);
            }
            throw broken(file, compression, counter == null ? 0 : counter.count, e);
        }
    }

    private static void close(InputStream in, IOException reason) {
        try {
            in.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Bytes of the file, as it lies on disk, that have been taken so far. */
    long taken() {
        return counter.count;
    }

    /** The first byte that is neither white space nor part of a byte-order mark, or -1; everything is still to be read. */
    int firstByte() throws IOException {
        mark(1 << 20);
        int value = read();
        while (Character.isWhitespace(value) || value == 0xEF || value == 0xBB || value == 0xBF) {
            value = read();
        }
        reset();
        return value;
    }

    @Override
    public int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw broken(file, compression, counter.count, e);
        }
    }

    @Override
    public int read(byte[] target, int from, int length) {
        try {
            return in.read(target, from, length);
        } catch (IOException e) {
            throw broken(file, compression, counter.count, e);
        }
    }

    private static UserError broken(Path file, Compression compression, long at, IOException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return compression == Compression.NONE
                ? new UserError("%s cannot be read: %s".formatted(file, reason), e)
                : new UserError(
                        "%s: its %s data is broken or cut short near byte %d: %s; fetch or pack it again"
                                .formatted(file, compression.word(), at, reason),
                        e);
    }

    private static final class Counter extends FilterInputStream {
        private long count;

        Counter(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int read = in.read(target, from, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
