package dev.lathe.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that are either whole or not there: written under a temporary name beside the target, synced, then renamed over
 * it. When writing fails (a full disk) what stood there before still stands; after a kill it stands there again once
 * {@link #sweep} was called.
 *
 * @param choice what the user chooses the place with, for errors: a key such as {@code output_dir}
 */
public record SafeFiles(Disk disk, String choice) {
    /** Not whole yet, or no longer wanted. */
    private static final String PART = ".part-";
    /** A whole folder that makes room for another. */
    private static final String OLD = ".old-";

    private static final Pattern LEFT = Pattern.compile("\\.(.+)(\\.part-|\\.old-)[0-9a-z]+");

    public SafeFiles(Disk disk) {
        this(disk, "folder");
    }

    /** The same for places that the user chooses with another key. */
    public SafeFiles chosenBy(String key) {
        return new SafeFiles(disk, key);
    }

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
        Path aside = asideOf(target, PART);
        try {
            Files.createDirectories(parentOf(target));
            try (WritableByteChannel out = disk.create(aside)) {
                content.writeTo(out);
            }
            disk.rename(aside, target);
            syncFolder(parentOf(target));
        } catch (IOException e) {
            discard(aside);
            throw refused(target, e);
        }
    }

    public void writeText(Path target, String text) {
        write(target, out -> writeFully(out, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /** Writes a whole folder. A folder that stands at {@code target} is replaced only once the new one is complete. */
    public void writeFolder(Path target, FolderContent content) {
        Path aside = asideOf(target, PART);
        try {
            recover(target);
            Files.createDirectories(aside);
            content.writeTo(aside, this);
            syncFolder(aside);
            replace(target, aside);
        } catch (IOException e) {
            discard(aside);
            throw refused(target, e);
        } catch (RuntimeException e) {
            discard(aside);
            throw e;
        }
    }

    /** Two renames: whoever is killed between them leaves the old folder under a name by which it is found again. */
    private void replace(Path target, Path whole) throws IOException {
        if (!Files.exists(target)) {
            disk.rename(whole, target);
            syncFolder(parentOf(target));
            return;
        }
        Path old = asideOf(target, OLD);
        disk.rename(target, old);
        try {
            disk.rename(whole, target);
        } catch (IOException e) {
            disk.rename(old, target);
            throw e;
        }
        syncFolder(parentOf(target));
        retire(old, target);
    }

    /**
     * Tidies up after a kill: whole folders that were being replaced get their names back, what was half-written or
     * half-removed goes. Not while another program writes to {@code folder}.
     */
    public void sweep(Path folder) {
        for (Path entry : entries(folder)) {
            Matcher left = LEFT.matcher(String.valueOf(entry.getFileName()));
            if (left.matches() && left.group(2).equals(OLD)) {
                restore(entry, folder.resolve(left.group(1)));
            } else if (left.matches()) {
                discard(entry);
            }
        }
    }

    /** The same for what a kill left of one folder. */
    public void recover(Path target) {
        for (Path entry : entries(parentOf(target))) {
            String name = String.valueOf(entry.getFileName());
            if (name.startsWith("." + target.getFileName() + OLD)) {
                restore(entry, target);
            } else if (name.startsWith("." + target.getFileName() + PART)) {
                discard(entry);
            }
        }
    }

    /**
     * Removes what kills left half-written beside {@code fresh}, which was just written, if that was a day or more before:
     * in a folder that several programs write to, a younger file may still be growing.
     */
    public void sweepBeside(Path fresh) {
        try {
            Instant young = Files.getLastModifiedTime(fresh).toInstant().minus(Duration.ofDays(1));
            for (Path entry : entries(parentOf(fresh))) {
                Matcher left = LEFT.matcher(String.valueOf(entry.getFileName()));
                boolean part = left.matches() && left.group(2).equals(PART);
                if (part && Files.getLastModifiedTime(entry).toInstant().isBefore(young)) {
                    discard(entry);
                }
            }
        } catch (IOException ignored) {
            // Another program removed it first; whatever is left is in nobody's way.
        }
    }

    /** Throws {@link UserError} where nothing can be written to {@code folder}, which need not be there yet. */
    public void probe(Path folder) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there)) {
            there = parentOf(there);
        }
        if (!Files.isDirectory(there)) {
            throw new UserError(
                    "%s cannot be written to: %s is a file. Choose another %s".formatted(folder, there, choice));
        }
        Path probe = asideOf(there.resolve("probe"), PART);
        try {
            disk.create(probe).close();
            Files.delete(probe);
        } catch (IOException e) {
            throw refused(folder, e);
        }
    }

    private void restore(Path old, Path target) {
        if (Files.exists(target)) {
            retire(old, target);
            return;
        }
        try {
            disk.rename(old, target);
        } catch (IOException e) {
            throw new UserError("%s could not get its name %s back: %s".formatted(old, target, IoReason.of(e)), e);
        }
    }

    /** First renamed, so that no half-removed folder is ever taken for a whole one. */
    private void retire(Path old, Path target) {
        Path doomed = asideOf(target, PART);
        try {
            disk.rename(old, doomed);
            discard(doomed);
        } catch (IOException ignored) {
            // The new folder stands; the next start tries again.
        }
    }

    private static void discard(Path unwanted) {
        try {
            deleteTree(unwanted);
        } catch (UncheckedIOException ignored) {
            // It is in nobody's way under its name.
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
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
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

    private static List<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(folder, IoReason.of(e)), e);
        }
    }

    private static Path asideOf(Path target, String mark) {
        String unique = Long.toUnsignedString(System.nanoTime(), 36);
        return parentOf(target).resolve("." + target.getFileName() + mark + unique);
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

    private UserError refused(Path target, IOException e) {
        return new UserError(
                "%s could not be written: %s. What stood there before is untouched; make room or choose another %s, then run again."
                        .formatted(target, IoReason.of(e), choice),
                e);
    }
}
