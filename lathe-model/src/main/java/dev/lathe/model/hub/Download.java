package dev.lathe.model.hub;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Fetches one file into the cache. What has arrived stays in {@code ETAG.incomplete}, and the next attempt, in this run
 * or a later one, goes on behind it; only what has the announced size and hash gets its final name.
 */
record Download(HubClient client, PartialFiles partials, HubProgress progress, Repo repo, String commit) {
    private static final long REPORT_BYTES = 1 << 20;

    void fetch(RemoteFile file, Path blob) {
        Path partial = blob.resolveSibling(blob.getFileName() + ".incomplete");
        try {
            Files.createDirectories(blob.toAbsolutePath().getParent());
            receiveAll(file, partial);
            ContentHash.verify(repo, file, partial);
            try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(partial, blob, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritten(partial, e);
        }
    }

    private void receiveAll(RemoteFile file, Path partial) throws IOException {
        int failures = 0;
        long have = size(partial);
        while (have != file.size() || !Files.exists(partial)) {
            try {
                receive(file, partial, have > file.size() ? 0 : have);
            } catch (LostConnection e) {
                failures = size(partial) > have ? 1 : failures + 1;
                waitOrGiveUp(file, failures, e);
            }
            have = size(partial);
        }
        progress.progressed(file.name(), have, file.size());
    }

    private void waitOrGiveUp(RemoteFile file, int failures, LostConnection lost) {
        try {
            client.giveUpOrWait(failures, lost);
        } catch (IOException e) {
            throw new UserError(
                    "%s of %s could not be fetched whole: %s. What arrived is kept: run again, and it goes on from there."
                            .formatted(file.name(), repo, e.getMessage()),
                    e);
        }
    }

    private void receive(RemoteFile file, Path partial, long from) throws IOException {
        HttpResponse<InputStream> response = request(file, from);
        try (StallGuard body = new StallGuard(response.body(), client.patience())) {
            boolean goesOn = response.statusCode() == 206 && startsAt(response, from);
            if (response.statusCode() != 200 && !goesOn) {
                Files.deleteIfExists(partial); // The server has another idea of the file: from the beginning then.
                throw new LostConnection(new IOException("the server cannot go on at byte " + from));
            }
            try (WritableByteChannel out = partials.open(partial, goesOn ? from : 0)) {
                copy(file, body, out, goesOn ? from : 0);
            }
        }
    }

    private HttpResponse<InputStream> request(RemoteFile file, long from) throws LostConnection {
        try {
            return client.bytes(repo, commit, file.name(), from);
        } catch (IOException e) {
            throw new LostConnection(e);
        }
    }

    private static boolean startsAt(HttpResponse<?> response, long from) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.startsWith("bytes " + from + "-");
    }

    private void copy(RemoteFile file, StallGuard body, WritableByteChannel out, long from) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long done = from;
        long reported = -REPORT_BYTES;
        while (done < file.size()) {
            int count = read(body, buffer);
            if (count < 0) {
                throw new LostConnection(new IOException("the connection ended early"));
            }
            count = (int) Math.min(count, file.size() - done); // More than announced cannot belong to it.
            SafeFiles.writeFully(out, ByteBuffer.wrap(buffer, 0, count));
            done += count;
            if (done - reported >= REPORT_BYTES) {
                progress.progressed(file.name(), done, file.size());
                reported = done;
            }
        }
    }

    private static int read(StallGuard body, byte[] buffer) throws LostConnection {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new LostConnection(e);
        }
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static UserError notWritten(Path partial, IOException e) {
        return new UserError(
                String.format(
                        Locale.ROOT,
                        "%s could not be written: %s. Make room, or set HF_HUB_CACHE to a folder on another disk, and run again: it goes on from there.",
                        partial,
                        e.getMessage()),
                e);
    }

    /** The network's fault, which passes; the disk's faults are plain IOExceptions. */
    private static final class LostConnection extends IOException {
        LostConnection(IOException cause) {
            super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        }
    }
}
