package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {
    private final Path cache;
    private final StubHub stub = new StubHub();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Duration patience = Duration.ofSeconds(15);

    HubTest(@TempDir Path folder) throws IOException {
        this.cache = folder.resolve("hub");
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    private Hub hub() {
        return hub(Optional.empty(), false, Links.real(), PartialFiles.real());
    }

    private Hub hub(Optional<String> token, boolean offline, Links links, PartialFiles partials) {
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

    private void assertWhole(Path model) throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(model.resolve(file)).hasBinaryContent(stub.files.get(file));
        }
    }

    private Path repo() {
        return cache.resolve("models--org--tiny");
    }

    private List<Path> incomplete() throws IOException {
        try (Stream<Path> blobs = Files.list(repo().resolve("blobs"))) {
            return blobs.filter(blob -> blob.toString().endsWith(".incomplete")).toList();
        }
    }

    private static void refused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call).isInstanceOf(UserError.class).hasMessageContaining(reason);
    }

    /** The layout that huggingface_hub documents and reads. */
    @Test
    void theCacheIsTheHubClientsOwn() throws IOException {
        Path model = hub().model(StubHub.NAME, "main");
        assertWhole(model);
        assertThat(model).isEqualTo(repo().resolve("snapshots").resolve(stub.commit));
        assertThat(repo().resolve("refs/main")).hasContent(stub.commit);
        for (String file : stub.files.keySet()) {
            assertThat(Files.readSymbolicLink(model.resolve(file)))
                    .isEqualTo(Path.of("..", "..", "blobs", stub.etag(file)));
        }
        assertThat(incomplete()).isEmpty();
        assertThat(heard)
                .contains("org/tiny: 2 files, 24 bytes", "org/tiny: 1 files, 300000 bytes")
                .endsWith("model.safetensors 300000/300000");
    }

    /** The layout of {@code datasets--org--name} that the hub's client and the datasets library share. */
    @Test
    void dataSetsHaveTheirOwnPlaceAndAreFetchedFileByFile() throws IOException {
        stub.files.put("README.md", "# tiny".getBytes(StandardCharsets.UTF_8));
        stub.files.put("data/train-00000-of-00001.parquet", StubHub.large(50_000));
        HubFiles files = hub().dataset(StubHub.NAME, "main");
        assertThat(files.names()).containsExactlyElementsOf(stub.files.keySet());
        assertThat(stub.fetched()).isEmpty();
        List<Path> fetched = files.fetch(List.of("data/train-00000-of-00001.parquet", "README.md"));
        Path snapshot = cache.resolve("datasets--org--tiny/snapshots").resolve(stub.commit);
        assertThat(fetched)
                .containsExactly(snapshot.resolve("data/train-00000-of-00001.parquet"), snapshot.resolve("README.md"));
        assertThat(fetched.getFirst()).hasBinaryContent(StubHub.large(50_000));
        assertThat(cache.resolve("datasets--org--tiny/refs/main")).hasContent(stub.commit);
        assertThat(cache.resolve("models--org--tiny")).doesNotExist();
        assertThat(stub.requests).anyMatch(request -> request.path().startsWith("/datasets/org/tiny/resolve/"));

        int asked = stub.requests.size();
        HubFiles offline =
                hub(Optional.empty(), true, Links.real(), PartialFiles.real()).dataset(StubHub.NAME, "main");
        assertThat(offline.names()).containsExactlyElementsOf(stub.files.keySet());
        assertThat(offline.fetch(List.of("README.md"))).containsExactly(snapshot.resolve("README.md"));
        refused(() -> offline.fetch(List.of("README.md", "config.json")), "config.json is not in the cache");
        assertThat(stub.requests).hasSize(asked);
        refused(
                () -> hub(Optional.empty(), true, Links.real(), PartialFiles.real())
                        .dataset("org/other", "main"),
                "org/other is not in the cache");
        stub.refusal = 401;
        stub.refusals.set(1);
        refused(() -> hub().dataset("org/other", "main"), "for a private data set set HF_TOKEN");
    }

    @Test
    void onlyWhatAModelNeedsIsFetched() throws IOException {
        for (String file : List.of(
                "README.md",
                "pytorch_model.bin",
                "consolidated.safetensors",
                "onnx/config.json",
                "tokenizer.model",
                "chat_template.jinja",
                "additional_chat_templates/rag.jinja",
                "a.gguf",
                ".gitattributes")) {
            stub.files.put(file, file.getBytes(StandardCharsets.UTF_8));
        }
        Path model = hub().model(StubHub.NAME, "main");
        try (Stream<Path> files = Files.walk(model)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> model.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "config.json",
                            "tokenizer.json",
                            "model.safetensors",
                            "tokenizer.model",
                            "chat_template.jinja",
                            "additional_chat_templates/rag.jinja");
        }
        assertThat(Files.readSymbolicLink(model.resolve("additional_chat_templates/rag.jinja")))
                .isEqualTo(Path.of("../../../blobs", stub.etag("additional_chat_templates/rag.jinja")));
    }

    @Test
    void shardsAreThoseOfTheIndex() throws IOException {
        stub.files.remove("model.safetensors");
        stub.files.put("consolidated.safetensors", StubHub.large(9));
        stub.files.put("model-00001-of-00002.safetensors", StubHub.large(1000));
        stub.files.put("model-00002-of-00002.safetensors", StubHub.large(2000));
        byte[] index =
                "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}"
                        .getBytes(StandardCharsets.UTF_8);
        stub.files.put("model.safetensors.index.json", index);
        Path model = hub().model(StubHub.NAME, "main");
        assertThat(model.resolve("model-00002-of-00002.safetensors")).hasBinaryContent(StubHub.large(2000));
        assertThat(model.resolve("consolidated.safetensors")).doesNotExist();
        assertThat(hub(Optional.empty(), true, Links.real(), PartialFiles.real())
                        .model(StubHub.NAME, "main"))
                .isEqualTo(model);
        Files.delete(model.resolve("model-00001-of-00002.safetensors"));
        refused(
                () -> hub(Optional.empty(), true, Links.real(), PartialFiles.real())
                        .model(StubHub.NAME, "main"),
                "model-00001-of-00002.safetensors is missing");
        stub.files.remove("model-00002-of-00002.safetensors");
        refused(() -> hub().model(StubHub.NAME, "main"), "does not hold the shards that its");
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        Path model = hub().model(StubHub.NAME, "main");
        stub.requests.clear();
        assertThat(hub().model(StubHub.NAME, "main")).isEqualTo(model);
        assertThat(stub.requests).hasSize(1);
        stub.requests.clear();
        assertThat(hub(Optional.empty(), true, Links.real(), PartialFiles.real())
                        .model(StubHub.NAME, "main"))
                .isEqualTo(model);
        assertThat(stub.requests).isEmpty();
        stub.close();
        assertThat(hub().model(StubHub.NAME, "main")).isEqualTo(model);
        assertThat(hub().model(StubHub.NAME, stub.commit)).isEqualTo(model);
        assertThat(heard.getLast()).contains("could not be reached").contains("using the cached copy of org/tiny");
        assertThat(pauses).isEmpty();
        assertWhole(model);
    }

    @Test
    void aNewCommitFetchesOnlyWhatChanged() throws IOException {
        Path old = hub().model(StubHub.NAME, "main");
        stub.commit = "89abcdef0123456789abcdef0123456789abcdef";
        stub.files.put("config.json", "{\"new\":1}".getBytes(StandardCharsets.UTF_8));
        stub.requests.clear();
        Path model = hub().model(StubHub.NAME, "main");
        assertWhole(model);
        assertThat(old.resolve("config.json")).hasContent("{\"model_type\":\"llama\"}");
        assertThat(stub.fetched()).singleElement().matches(request -> request.path()
                .endsWith("/config.json"));
        assertThat(repo().resolve("refs/main")).hasContent(stub.commit);
    }

    @Test
    void aCutConnectionGoesOnWhereItStopped() throws IOException {
        stub.cuts.set(3);
        stub.cutAfter = 70_000;
        assertWhole(hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().stream()
                        .filter(request -> request.server().equals("content"))
                        .map(StubHub.Request::range))
                .hasSize(4)
                .startsWith("null")
                .satisfies(ranges -> assertThat(ranges.get(3)).matches("bytes=[1-9]\\d{4,}-"));
        assertThat(pauses).hasSize(3);
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
        refused(() -> first.model(StubHub.NAME, "main"), "killed");
        long arrived = Files.size(incomplete().getFirst());
        assertThat(arrived).isPositive();
        assertWhole(hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().getLast().range()).isEqualTo("bytes=" + arrived + "-");
    }

    @Test
    void aServerThatCannotGoOnBeginsAgain() throws IOException {
        stub.cuts.set(2);
        stub.cutAfter = 100_000;
        stub.ignoresRanges = true;
        assertWhole(hub().model(StubHub.NAME, "main"));
    }

    @Test
    void aConnectionThatGivesNothingIsLeft() throws IOException {
        stub.cuts.set(1);
        stub.cutAfter = 100_000;
        stub.stalls = true;
        patience = Duration.ofMillis(500);
        assertWhole(hub().model(StubHub.NAME, "main"));
    }

    @Test
    void aConnectionThatNeverHoldsIsGivenUp() throws IOException {
        stub.cuts.set(Integer.MAX_VALUE);
        refused(() -> hub().model(StubHub.NAME, "main"), "What arrived is kept: run again, and it goes on from there");
        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L);
        assertThat(repo().resolve("refs/main")).doesNotExist();
        assertThat(repo().resolve("snapshots").resolve(stub.commit).resolve("model.safetensors"))
                .doesNotExist();
    }

    @Test
    void damagedContentIsNotBelieved() throws IOException {
        stub.damaged = true;
        refused(() -> hub().model(StubHub.NAME, "main"), "config.json of org/tiny arrived damaged: its hash is");
        stub.damaged = false;
        stub.files.put("model.safetensors", StubHub.large(500));
        assertThat(incomplete()).isEmpty();
        assertWhole(hub().model(StubHub.NAME, "main"));
        Files.delete(repo().resolve("blobs").resolve(stub.etag("model.safetensors")));
        stub.damaged = true;
        refused(() -> hub().model(StubHub.NAME, "main"), "model.safetensors of org/tiny arrived damaged: its hash is");
        assertThat(incomplete()).isEmpty();
    }

    @Test
    void aCachedFileOfTheWrongSizeIsFetchedAgain() throws IOException {
        Path model = hub().model(StubHub.NAME, "main");
        Files.write(model.resolve("model.safetensors"), new byte[7]);
        assertWhole(hub().model(StubHub.NAME, "main"));
    }

    @Test
    void theTokenStaysWithItsHost() throws IOException {
        assertWhole(hub(Optional.of("hf_secret"), false, Links.real(), PartialFiles.real())
                .model(StubHub.NAME, "main"));
        assertThat(stub.requests)
                .filteredOn(request -> request.server().equals("hub"))
                .extracting(StubHub.Request::authorization)
                .containsOnly("Bearer hf_secret");
        assertThat(stub.requests)
                .filteredOn(request -> request.server().equals("content"))
                .isNotEmpty()
                .extracting(StubHub.Request::authorization)
                .containsOnly("null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | GatedRepo | is gated: ask for access at",
                "403 | '' | then set HF_TOKEN to a token of that account",
                "401 | RepoNotFound | is not on the hub at",
                "401 | '' | or is private: check the name; for a private model set HF_TOKEN",
                "404 | RepoNotFound | is not on the hub at",
                "404 | RevisionNotFound | org/tiny has no revision main",
                "400 | '' | answered with status 400 when asked for org/tiny"
            })
    void refusalsAreSaidInWords(int status, String code, String reason) {
        stub.refusals.set(1);
        stub.refusal = status;
        stub.errorCode = code;
        refused(() -> hub().model(StubHub.NAME, "main"), reason);
        assertThat(stub.requests).hasSize(1);
    }

    @Test
    void aServerInTroubleIsAskedAgain() throws IOException {
        stub.refusals.set(3);
        assertWhole(hub().model(StubHub.NAME, "main"));
        assertThat(pauses).hasSize(3);
        stub.refusals.set(100);
        Path elsewhere = Path.of("org", "other");
        refused(
                () -> hub().model(elsewhere.toString(), "main"),
                "could not be asked for org/other: 127.0.0.1 answered with status 503");
    }

    @Test
    void offlineSaysWhatIsMissing() throws IOException {
        Hub offline = hub(Optional.empty(), true, Links.real(), PartialFiles.real());
        refused(() -> offline.model(StubHub.NAME, "main"), "org/tiny is not in the cache");
        Path model = hub().model(StubHub.NAME, "main");
        Files.delete(model.resolve("model.safetensors"));
        refused(
                () -> offline.model(StubHub.NAME, "main"),
                "(model.safetensors is missing), and HF_HUB_OFFLINE forbids");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../evil.json", "/etc/passwd", "a/../../b.json", "a\\b.json", "C:evil.json", "", "a//b", "./a"})
    void filesOutsideTheFolderAreRefused(String name) {
        stub.list("config.json", name);
        refused(() -> hub().model(StubHub.NAME, "main"), "would not stay in its folder");
        refused(() -> hub().file(StubHub.NAME, "main", name), "no name of a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil", "..", "/tmp/evil", "a/b"})
    void etagsOutsideTheFolderAreRefused(String etag) {
        stub.etagOfAll = etag;
        refused(() -> hub().model(StubHub.NAME, "main"), "no ETag or size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/b/c", "org/..", "-a/b", "a--b/c", "a b", "x.git", ""})
    void namesThatAreNoneAreRefused(String name) {
        refused(() -> hub().model(name, "main"), "neither a folder nor a name on the hub");
        assertThat(Hub.isName(name)).isFalse();
        refused(() -> hub().model(StubHub.NAME, "../" + name), "is no revision");
    }

    @Test
    void oneFileCanBeAskedFor() throws IOException {
        stub.files.put("tiny-Q8_0.gguf", StubHub.large(5000));
        assertThat(hub().file(StubHub.NAME, "main", "tiny-Q8_0.gguf")).hasBinaryContent(StubHub.large(5000));
        refused(() -> hub().file(StubHub.NAME, "main", "tiny.gguf"), "has no file tiny.gguf; it holds config.json");
        stub.files.remove("model.safetensors");
        refused(() -> hub().model(StubHub.NAME, "main"), "holds GGUF files only; name the one to use: tiny-Q8_0.gguf");
        stub.files.remove("tiny-Q8_0.gguf");
        stub.files.put("pytorch_model.bin", new byte[1]);
        refused(() -> hub().model(StubHub.NAME, "main"), "Python pickles only");
    }

    @Test
    void filesAreCopiedWhereLinksCannotBeMade() throws IOException {
        Links none = (link, target) -> {
            throw new IOException("a required privilege is not held");
        };
        Path model = hub(Optional.empty(), false, none, PartialFiles.real()).model(StubHub.NAME, "main");
        assertWhole(model);
        assertThat(Files.isSymbolicLink(model.resolve("config.json"))).isFalse();
    }

    @Test
    void aFullDiskIsSaidAndWhatArrivedIsKept() throws IOException {
        PartialFiles full =
                (file, keep) -> new FullAfter(100_000, PartialFiles.real().open(file, keep));
        refused(
                () -> hub(Optional.empty(), false, Links.real(), full).model(StubHub.NAME, "main"),
                "could not be written: No space left on device. Make room");
        assertThat(Files.size(incomplete().getFirst())).isPositive();
        assertWhole(hub().model(StubHub.NAME, "main"));
        assertThat(stub.fetched().getLast().range()).startsWith("bytes=");
    }

    @Test
    void twoAtOnceFetchEachContentOnce() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Hub hub = new Hub(
                    new HubSettings(cache, stub.uri(), Optional.empty(), false),
                    new SafeFiles(Disk.real()),
                    HubProgress.silent());
            threads.add(Thread.ofVirtual().start(() -> hub.model(StubHub.NAME, "main")));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertWhole(repo().resolve("snapshots").resolve(stub.commit));
        assertThat(stub.fetched().stream().filter(request -> request.server().equals("content")))
                .hasSize(1);
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
