package dev.lathe.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where new files come from. Passed in by main, so that a test can hand in a disk that is full at byte n. */
@FunctionalInterface
public interface Disk {
    /** Creates {@code file}, which must not exist. Whoever opened it closes it; closing syncs it to the medium. */
    WritableByteChannel create(Path file) throws IOException;

    /** The real one. */
    static Disk real() {
        return file ->
                new SyncedChannel(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }
}
