package dev.lathe.run;

import dev.lathe.base.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A disk on which {@code capacity} bytes find room, and not one more. */
final class FullDisk implements Disk {
    private final long capacity;
    private long written;

    FullDisk(long capacity) {
        this.capacity = capacity;
    }

    /** Bytes written so far, to all files together. */
    long written() {
        return written;
    }

    @Override
    public WritableByteChannel create(Path file) throws IOException {
        WritableByteChannel under = Bench.UNSYNCED.create(file);
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                int room = (int) Math.min(bytes.remaining(), capacity - written);
                if (room == 0 && bytes.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
                int taken = under.write(bytes.slice(bytes.position(), room));
                bytes.position(bytes.position() + taken);
                written += taken;
                return taken;
            }

            @Override
            public boolean isOpen() {
                return under.isOpen();
            }

            @Override
            public void close() throws IOException {
                under.close();
            }
        };
    }
}
