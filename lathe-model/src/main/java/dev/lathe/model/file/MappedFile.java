package dev.lathe.model.file;

import dev.lathe.base.IoReason;
import dev.lathe.base.Pages;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/** A whole file as read-only memory, for all threads, until closed. */
record MappedFile(Path path, MemorySegment bytes, Arena arena) implements AutoCloseable {
    static MappedFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw new UserError("%s is a folder, where a weight file is needed".formatted(path));
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (NoSuchFileException e) {
            arena.close();
            throw new UserError("%s does not exist".formatted(path), e);
        } catch (IOException e) {
            arena.close();
            throw new UserError("%s cannot be read: %s".formatted(path, IoReason.of(e)), e);
        }
    }

    /** Lets go of the pages that were read; they are read again when needed. */
    void forget() {
        Pages.forget(bytes);
    }

    long size() {
        return bytes.byteSize();
    }

    /** Opens, and closes again when what follows refuses the content. */
    static <T> T reading(Path path, Function<MappedFile, T> reader) {
        MappedFile file = open(path);
        try {
            return reader.apply(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
