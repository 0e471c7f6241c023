package dev.lathe.model.hub;

import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * The hub client's own cache: {@code blobs/ETAG} holds contents, {@code snapshots/COMMIT/FILE} links to them, {@code
 * refs/BRANCH} holds the commit that a branch was last seen at.
 */
record HubCache(Path root, SafeFiles files, Links links, Pauses pauses) {
    private static final Duration LOCK_POLL = Duration.ofMillis(100);

    Path blob(Repo repo, String etag) {
        return root.resolve(repo.folder()).resolve("blobs").resolve(etag);
    }

    Path snapshot(Repo repo, String commit) {
        return root.resolve(repo.folder()).resolve("snapshots").resolve(commit);
    }

    /** Bytes of downloads that were begun and will go on. */
    long begunBytes(Repo repo) throws IOException {
        Path blobs = root.resolve(repo.folder()).resolve("blobs");
        long bytes = 0;
        if (Files.isDirectory(blobs)) {
            try (DirectoryStream<Path> begun = Files.newDirectoryStream(blobs, "*.incomplete")) {
                for (Path partial : begun) {
                    bytes += Files.size(partial);
                }
            }
        }
        return bytes;
    }

    /** The snapshot that is there for a revision, whole or not. */
    Optional<Path> find(Repo repo) {
        return commit(repo).map(commit -> snapshot(repo, commit)).filter(Files::isDirectory);
    }

    private Optional<String> commit(Repo repo) {
        if (repo.pinned()) {
            return Optional.of(repo.revision());
        }
        Path ref = ref(repo);
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(Repo::isCommit)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(ref, e.getMessage()), e);
        }
    }

    /** Remembers the commit of a branch or tag. */
    void remember(Repo repo, String commit) {
        if (!repo.pinned() && !commit(repo).equals(Optional.of(commit))) {
            files.writeText(ref(repo), commit);
        }
    }

    /** What the hub said that a commit holds; other clients of this cache pass over the folder. */
    Optional<HubListing> listing(Repo repo, String commit) {
        Path file = listingFile(repo, commit);
        return Files.isRegularFile(file) ? Optional.of(HubListing.of(repo, Json.read(file))) : Optional.empty();
    }

    void rememberListing(Repo repo, HubListing listing) {
        Path file = listingFile(repo, listing.commit());
        if (!Files.exists(file)) {
            files.writeText(file, listing.json());
        }
    }

    private Path listingFile(Repo repo, String commit) {
        return root.resolve(repo.folder()).resolve(".lathe").resolve(commit + ".json");
    }

    private Path ref(Repo repo) {
        return root.resolve(repo.folder()).resolve("refs").resolve(repo.revision());
    }

    /** Puts a blob into a snapshot under its name: as a link, or as a copy where links cannot be made. */
    void place(Repo repo, String commit, String file, Path blob) {
        Path place = snapshot(repo, commit).resolve(file);
        Path aside = place.resolveSibling(".link-" + Long.toUnsignedString(System.nanoTime(), 36));
        try {
            Path folder = Optional.ofNullable(place.getParent()).orElse(root);
            Files.createDirectories(folder);
            try {
                links.create(aside, folder.relativize(blob));
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(blob, aside, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(aside, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            SafeFiles.deleteTree(aside);
            throw new UserError("%s could not be written: %s".formatted(place, e.getMessage()), e);
        }
    }

    /** Runs the work while no other process (of ours) fetches the same content. */
    void locked(Repo repo, String etag, Runnable work) {
        Path lock = root.resolve(".locks").resolve(repo.folder()).resolve(etag + ".lock");
        try {
            Files.createDirectories(root.resolve(".locks").resolve(repo.folder()));
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = waitFor(channel)) {
                work.run();
            }
        } catch (IOException e) {
            throw new UserError("%s could not be locked: %s".formatted(lock, e.getMessage()), e);
        }
    }

    private FileLock waitFor(FileChannel channel) throws IOException {
        while (true) {
            Optional<FileLock> lock = tryLock(channel);
            if (lock.isPresent()) {
                return lock.get();
            }
            pauses.pause(LOCK_POLL);
        }
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // Another thread of this process has it.
        }
    }
}
