package dev.lathe.model.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads a stream, and closes it when it gives nothing for too long: its reader then fails and does not wait forever. */
final class StallGuard implements AutoCloseable {
    private final InputStream stream;
    private final Duration patience;
    private final Thread watch;
    private volatile long lastByte = System.nanoTime();

    StallGuard(InputStream stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
        this.watch = Thread.ofVirtual().unstarted(this::watch);
        watch.start();
    }

    /** As {@link InputStream#read(byte[])}. */
    int read(byte[] buffer) throws IOException {
        int count = stream.read(buffer);
        lastByte = System.nanoTime();
        return count;
    }

    private void watch() {
        try {
            long quiet = 0;
            while (quiet < patience.toNanos()) {
                Thread.sleep(Duration.ofNanos(patience.toNanos() - quiet));
                quiet = System.nanoTime() - lastByte;
            }
            stream.close();
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        stream.close();
    }
}
