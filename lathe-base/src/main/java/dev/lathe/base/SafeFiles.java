package dev.lathe.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Files that are either whole or not there: written under a temporary name beside the target, synced, then renamed over
 * it. When writing fails (a full disk, a kill) what stood there before still stands.
 */
public record SafeFiles(Disk disk) {
    private static final String ASIDE = ".part-";

    /** Writes the content of one file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    /** Writes the files of one folder; every one of them through the given {@link SafeFiles}. */
    @FunctionalInterface
    public interface FolderContent {
        void writeTo(Path folder, SafeFiles files) throws IOException;
    }

    /** Writes {@code target}, replacing it as a whole. Throws {@link UserError} when the disk refuses. */
    public void write(Path target, Content content) {
        Path aside = asideOf(target);
        try {
            Files.createDirectories(parentOf(target));
            try (WritableByteChannel out = disk.create(aside)) {
                content.writeTo(out);
            }
            Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(parentOf(target));
        } catch (IOException e) {
            deleteTree(aside);
            throw refused(target, e);
        }
    }

    public void writeText(Path target, String text) {
        write(target, out -> writeFully(out, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /**
     * Writes a whole folder. A folder that stands at {@code target} is replaced only once the new one is complete; after
     * a kill in between, the half-written one is left under a name that starts with a dot and no reader looks at.
     */
    public void writeFolder(Path target, FolderContent content) {
        Path aside = asideOf(target);
        try {
            Files.createDirectories(aside);
            content.writeTo(aside, this);
            syncFolder(aside);
            if (Files.exists(target)) {
                Path old = asideOf(target);
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
                Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
                deleteTree(old);
            } else {
                Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
            }
            syncFolder(parentOf(target));
        } catch (IOException e) {
            deleteTree(aside);
            throw refused(target, e);
        } catch (RuntimeException e) {
            deleteTree(aside);
            throw e;
        }
    }

    /** Writes all of {@code bytes}: a channel may take less than it is offered. */
    public static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Deletes a file or a folder with all it holds; what is not there is fine. Links are removed, not followed. */
    public static void deleteTree(Path root) {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path asideOf(Path target) {
        String unique = Long.toUnsignedString(System.nanoTime(), 36);
        return parentOf(target).resolve("." + target.getFileName() + ASIDE + unique);
    }

    private static Path parentOf(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target.toAbsolutePath() : parent;
    }

    private static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows cannot open a folder; there the rename itself is journalled.
        }
    }

    private static UserError refused(Path target, IOException e) {
        return new UserError(
                "%s could not be written: %s. What stood there before is untouched; make room or choose another output_dir, then run again."
                        .formatted(target, e.getMessage()),
                e);
    }
}
