package dev.lathe.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Where new files come from, and what gives them their names. Passed in by main, so that a test can hand in a disk that is
 * full at byte n, or a machine that is switched off between two steps.
 */
@FunctionalInterface
public interface Disk {
    /** Creates {@code file}, which must not exist. Whoever opened it closes it; closing syncs it to the medium. */
    WritableByteChannel create(Path file) throws IOException;

    /** Gives {@code from} the name {@code to}, both in one folder, in a single step; a file that has it goes. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The real one. */
    static Disk real() {
        return file ->
                new SyncedChannel(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }
}
