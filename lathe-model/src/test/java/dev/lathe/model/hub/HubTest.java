package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched, and where it lies: the cache is the hub client's own. */
class HubTest {
    private final Path cache;
    private final HubFixture client;
    private final StubHub stub;

    HubTest(@TempDir Path folder) throws IOException {
        this.cache = folder.resolve("hub");
        this.client = new HubFixture(cache, Duration.ofSeconds(15));
        this.stub = client.stub();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    /** The layout that huggingface_hub documents and reads. */
    @Test
    void theCacheIsTheHubClientsOwn() throws IOException {
        Path model = client.hub().model(StubHub.NAME, "main");
        client.assertWhole(model);
        assertThat(model).isEqualTo(client.repo().resolve("snapshots").resolve(stub.commit));
        assertThat(client.repo().resolve("refs/main")).hasContent(stub.commit);
        for (String file : stub.files.keySet()) {
            assertThat(Files.readSymbolicLink(model.resolve(file)))
                    .isEqualTo(Path.of("..", "..", "blobs", stub.etag(file)));
        }
        assertThat(client.incomplete()).isEmpty();
        assertThat(client.heard())
                .contains("org/tiny: 2 files, 24 bytes", "org/tiny: 1 files, 300000 bytes")
                .endsWith("model.safetensors 300000/300000");
    }

    /** The layout of {@code datasets--org--name} that the hub's client and the datasets library share. */
    @Test
    void dataSetsHaveTheirOwnPlaceAndAreFetchedFileByFile() throws IOException {
        stub.files.put("README.md", "# tiny".getBytes(StandardCharsets.UTF_8));
        stub.files.put("data/train-00000-of-00001.parquet", StubHub.large(50_000));
        HubFiles files = client.hub().dataset(StubHub.NAME, "main");
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
        HubFiles offline = client.offline().dataset(StubHub.NAME, "main");
        assertThat(offline.names()).containsExactlyElementsOf(stub.files.keySet());
        assertThat(offline.fetch(List.of("README.md"))).containsExactly(snapshot.resolve("README.md"));
        HubFixture.refused(() -> offline.fetch(List.of("README.md", "config.json")), "config.json is not in the cache");
        assertThat(stub.requests).hasSize(asked);
        HubFixture.refused(() -> client.offline().dataset("org/other", "main"), "org/other is not in the cache");
        stub.refusal = 401;
        stub.refusals.set(1);
        HubFixture.refused(() -> client.hub().dataset("org/other", "main"), "for a private data set set HF_TOKEN");
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
        Path model = client.hub().model(StubHub.NAME, "main");
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
        Path model = client.hub().model(StubHub.NAME, "main");
        assertThat(model.resolve("model-00002-of-00002.safetensors")).hasBinaryContent(StubHub.large(2000));
        assertThat(model.resolve("consolidated.safetensors")).doesNotExist();
        assertThat(client.offline().model(StubHub.NAME, "main")).isEqualTo(model);
        Files.delete(model.resolve("model-00001-of-00002.safetensors"));
        HubFixture.refused(
                () -> client.offline().model(StubHub.NAME, "main"), "model-00001-of-00002.safetensors is missing");
        stub.files.remove("model-00002-of-00002.safetensors");
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "main"), "does not hold the shards that its");
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        Path model = client.hub().model(StubHub.NAME, "main");
        stub.requests.clear();
        assertThat(client.hub().model(StubHub.NAME, "main")).isEqualTo(model);
        assertThat(stub.requests).hasSize(1);
        stub.requests.clear();
        assertThat(client.offline().model(StubHub.NAME, "main")).isEqualTo(model);
        assertThat(stub.requests).isEmpty();
        stub.close();
        assertThat(client.hub().model(StubHub.NAME, "main")).isEqualTo(model);
        assertThat(client.hub().model(StubHub.NAME, stub.commit)).isEqualTo(model);
        assertThat(client.heard().getLast())
                .contains("could not be reached")
                .contains("using the cached copy of org/tiny");
        assertThat(client.pauses()).isEmpty();
        client.assertWhole(model);
    }

    @Test
    void aNewCommitFetchesOnlyWhatChanged() throws IOException {
        Path old = client.hub().model(StubHub.NAME, "main");
        stub.commit = "89abcdef0123456789abcdef0123456789abcdef";
        stub.files.put("config.json", "{\"new\":1}".getBytes(StandardCharsets.UTF_8));
        stub.requests.clear();
        Path model = client.hub().model(StubHub.NAME, "main");
        client.assertWhole(model);
        assertThat(old.resolve("config.json")).hasContent("{\"model_type\":\"llama\"}");
        assertThat(stub.fetched()).singleElement().matches(request -> request.path()
                .endsWith("/config.json"));
        assertThat(client.repo().resolve("refs/main")).hasContent(stub.commit);
    }

    @Test
    void offlineSaysWhatIsMissing() throws IOException {
        Hub offline = client.offline();
        HubFixture.refused(() -> offline.model(StubHub.NAME, "main"), "org/tiny is not in the cache");
        Path model = client.hub().model(StubHub.NAME, "main");
        Files.delete(model.resolve("model.safetensors"));
        HubFixture.refused(
                () -> offline.model(StubHub.NAME, "main"),
                "(model.safetensors is missing), and HF_HUB_OFFLINE forbids");
    }

    @Test
    void oneFileCanBeAskedFor() throws IOException {
        stub.files.put("tiny-Q8_0.gguf", StubHub.large(5000));
        assertThat(client.hub().file(StubHub.NAME, "main", "tiny-Q8_0.gguf")).hasBinaryContent(StubHub.large(5000));
        HubFixture.refused(
                () -> client.hub().file(StubHub.NAME, "main", "tiny.gguf"),
                "has no file tiny.gguf; it holds config.json");
        stub.files.remove("model.safetensors");
        HubFixture.refused(
                () -> client.hub().model(StubHub.NAME, "main"),
                "holds GGUF files only; name the one to use: tiny-Q8_0.gguf");
        stub.files.remove("tiny-Q8_0.gguf");
        stub.files.put("pytorch_model.bin", new byte[1]);
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "main"), "Python pickles only");
    }

    @Test
    void filesAreCopiedWhereLinksCannotBeMade() throws IOException {
        Links none = (link, target) -> {
            throw new IOException("a required privilege is not held");
        };
        Path model =
                client.hub(Optional.empty(), false, none, PartialFiles.real()).model(StubHub.NAME, "main");
        client.assertWhole(model);
        assertThat(Files.isSymbolicLink(model.resolve("config.json"))).isFalse();
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
        client.assertWhole(client.repo().resolve("snapshots").resolve(stub.commit));
        assertThat(stub.fetched().stream().filter(request -> request.server().equals("content")))
                .hasSize(1);
    }
}
