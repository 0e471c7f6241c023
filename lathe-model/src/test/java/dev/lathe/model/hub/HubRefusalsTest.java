package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hub refuses, and what is refused of it. */
class HubRefusalsTest {
    private final HubFixture client;
    private final StubHub stub;

    HubRefusalsTest(@TempDir Path folder) throws IOException {
        this.client = new HubFixture(folder.resolve("hub"), Duration.ofSeconds(15));
        this.stub = client.stub();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void theTokenStaysWithItsHost() throws IOException {
        client.assertWhole(client.hub(Optional.of("hf_secret"), false, Links.real(), PartialFiles.real())
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
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "main"), reason);
        assertThat(stub.requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../evil.json", "/etc/passwd", "a/../../b.json", "a\\b.json", "C:evil.json", "", "a//b", "./a"})
    void filesOutsideTheFolderAreRefused(String name) {
        stub.list("config.json", name);
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "main"), "would not stay in its folder");
        HubFixture.refused(() -> client.hub().file(StubHub.NAME, "main", name), "no name of a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil", "..", "/tmp/evil", "a/b"})
    void etagsOutsideTheFolderAreRefused(String etag) {
        stub.etagOfAll = etag;
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "main"), "no ETag or size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/b/c", "org/..", "-a/b", "a--b/c", "a b", "x.git", ""})
    void namesThatAreNoneAreRefused(String name) {
        HubFixture.refused(() -> client.hub().model(name, "main"), "neither a folder nor a name on the hub");
        assertThat(Hub.isName(name)).isFalse();
        HubFixture.refused(() -> client.hub().model(StubHub.NAME, "../" + name), "is no revision");
    }
}
