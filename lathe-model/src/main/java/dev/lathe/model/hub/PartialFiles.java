package dev.lathe.model.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens files that are written in several goes. Tests hand in a disk that is full. */
@FunctionalInterface
interface PartialFiles {
    /** Opens the file, cut to its first {@code keep} bytes, to be written on from there. */
    WritableByteChannel open(Path file, long keep) throws IOException;

    static PartialFiles real() {
        return (file, keep) -> {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return channel.truncate(keep).position(keep);
        };
    }
}
