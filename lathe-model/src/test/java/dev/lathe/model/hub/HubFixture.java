package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A hub's client with a cache of its own, beside a {@link StubHub}; what it was told, and how long it paused, is kept. */
final class HubFixture implements AutoCloseable {
    private final Path cache;
    private final StubHub stub = new StubHub();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Duration patience;

    HubFixture(Path cache, Duration patience) throws IOException {
        this.cache = cache;
        this.patience = patience;
    }

    StubHub stub() {
        return stub;
    }

    /** How long it waited between attempts. */
    List<Duration> pauses() {
        return pauses;
    }

    /** What it said about its progress. */
    List<String> heard() {
        return heard;
    }

    Hub hub() {
        return hub(Optional.empty(), false, Links.real(), PartialFiles.real());
    }

    Hub hub(Optional<String> token, boolean offline, Links links, PartialFiles partials) {
        HubProgress progress = new HubProgress() {
            @Override
            public void planned(String repo, int files, long bytes) {
                heard.add("%s: %d files, %d bytes".formatted(repo, files, bytes));
            }

            @Override
            public void progressed(String file, long done, long size) {
                heard.add("%s %d/%d".formatted(file, done, size));
            }

            @Override
            public void notice(String message) {
                heard.add(message);
            }
        };
        return new Hub(
                new HubSettings(cache, stub.uri(), token, offline),
                new SafeFiles(Disk.real()),
                progress,
                pauses::add,
                links,
                partials,
                patience);
    }

    void assertWhole(Path model) throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(model.resolve(file)).hasBinaryContent(stub.files.get(file));
        }
    }

    Path repo() {
        return cache.resolve("models--org--tiny");
    }

    List<Path> incomplete() throws IOException {
        try (Stream<Path> blobs = Files.list(repo().resolve("blobs"))) {
            return blobs.filter(blob -> blob.toString().endsWith(".incomplete")).toList();
        }
    }

    static void refused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call).isInstanceOf(UserError.class).hasMessageContaining(reason);
    }

    Hub offline() {
        return hub(Optional.empty(), true, Links.real(), PartialFiles.real());
    }

    @Override
    public void close() {
        stub.close();
    }
}
