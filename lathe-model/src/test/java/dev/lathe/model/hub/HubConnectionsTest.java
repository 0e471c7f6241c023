package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that break and content that arrives damaged. */
class HubConnectionsTest {
    private final Path cache;
    private final HubFixture client;
    private final StubHub stub;

    HubConnectionsTest(@TempDir Path folder) throws IOException {
        this.cache = folder.resolve("hub");
        this.client = new HubFixture(cache, Duration.ofSeconds(15));
        this.stub = client.stub();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void aCutConnectionGoesOnWhereItStopped() throws IOException {
        stub.cuts.set(3);
        stub.cutAfter = 70_000;
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().stream()
                        .filter(request -> request.server().equals("content"))
                        .map(StubHub.Request::range))
                .hasSize(4)
                .startsWith("null")
                .satisfies(ranges -> assertThat(ranges.get(3)).matches("bytes=[1-9]\\d{4,}-"));
        assertThat(client.pauses()).hasSize(3);
    }

    @Test
    void aLaterRunGoesOnToo() throws IOException {
        stub.cuts.set(1);
        stub.cutAfter = 200_000;
        stub.ignoresRanges = false;
        Pauses killed = duration -> {
            throw new UserError("killed");
        };
        Hub first = new Hub(
                new HubSettings(cache, stub.uri(), Optional.empty(), false),
                new SafeFiles(Disk.real()),
                HubProgress.silent(),
                killed,
                Links.real(),
                PartialFiles.real(),
                Duration.ofSeconds(5));
        HubFixture.refused(() -> first.model(StubHub.NAME, "main"), "killed");
        long arrived = Files.size(client.incomplete().getFirst());
        assertThat(arrived).isPositive();
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().getLast().range()).isEqualTo("bytes=" + arrived + "-");
    }

    @Test
    void aServerThatCannotGoOnBeginsAgain() throws IOException {
        stub.cuts.set(2);
        stub.cutAfter = 100_000;
        stub.ignoresRanges = true;
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
    }

    @Test
    void aConnectionThatGivesNothingIsLeft(@TempDir Path folder) throws IOException {
        try (HubFixture impatient = new HubFixture(folder, Duration.ofMillis(500))) {
            impatient.stub().cuts.set(1);
            impatient.stub().cutAfter = 100_000;
            impatient.stub().stalls = true;
            impatient.assertWhole(impatient.hub().model(StubHub.NAME, "main"));
        }
    }

    @Test
    void aConnectionThatNeverHoldsIsGivenUp() throws IOException {
        stub.cuts.set(Integer.MAX_VALUE);
        HubFixture.refused(
                () -> client.hub().model(StubHub.NAME, "main"),
                "What arrived is kept: run again, and it goes on from there");
        assertThat(client.pauses()).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L);
        assertThat(client.repo().resolve("refs/main")).doesNotExist();
        assertThat(client.repo().resolve("snapshots").resolve(stub.commit).resolve("model.safetensors"))
                .doesNotExist();
    }

    @Test
    void aServerInTroubleIsAskedAgain() throws IOException {
        stub.refusals.set(3);
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
        assertThat(client.pauses()).hasSize(3);
        stub.refusals.set(100);
        Path elsewhere = Path.of("org", "other");
        HubFixture.refused(
                () -> client.hub().model(elsewhere.toString(), "main"),
                "could not be asked for org/other: 127.0.0.1 answered with status 503");
    }

    @Test
    void damagedContentIsNotBelieved() throws IOException {
        stub.damaged = true;
        HubFixture.refused(
                () -> client.hub().model(StubHub.NAME, "main"), "config.json of org/tiny arrived damaged: its hash is");
        stub.damaged = false;
        stub.files.put("model.safetensors", StubHub.large(500));
        assertThat(client.incomplete()).isEmpty();
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
        Files.delete(client.repo().resolve("blobs").resolve(stub.etag("model.safetensors")));
        stub.damaged = true;
        HubFixture.refused(
                () -> client.hub().model(StubHub.NAME, "main"),
                "model.safetensors of org/tiny arrived damaged: its hash is");
        assertThat(client.incomplete()).isEmpty();
    }

    @Test
    void aCachedFileOfTheWrongSizeIsFetchedAgain() throws IOException {
        Path model = client.hub().model(StubHub.NAME, "main");
        Files.write(model.resolve("model.safetensors"), new byte[7]);
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
    }

    @Test
    void aFullDiskIsSaidAndWhatArrivedIsKept() throws IOException {
        PartialFiles full =
                (file, keep) -> new FullAfter(100_000, PartialFiles.real().open(file, keep));
        HubFixture.refused(
                () -> client.hub(Optional.empty(), false, Links.real(), full).model(StubHub.NAME, "main"),
                "could not be written: No space left on device. Make room");
        assertThat(Files.size(client.incomplete().getFirst())).isPositive();
        client.assertWhole(client.hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().getLast().range()).startsWith("bytes=");
    }

    private static final class FullAfter implements WritableByteChannel {
        private final WritableByteChannel out;
        private long room;

        FullAfter(long room, WritableByteChannel out) {
            this.room = room;
            this.out = out;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            room -= bytes.remaining();
            if (room < 0) {
                throw new IOException("No space left on device");
            }
            return out.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
