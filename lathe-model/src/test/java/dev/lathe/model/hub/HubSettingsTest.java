package dev.lathe.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
    private final Path home;

    HubSettingsTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void theCacheIsWhereTheHubsClientLooks() {
        assertThat(of(Map.of()).cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(of(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(of(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/h")).cache()).isEqualTo(home.resolve("h/hub"));
        assertThat(of(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old")).cache())
                .isEqualTo(Path.of("/old"));
        assertThat(of(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/c"))
                        .cache())
                .isEqualTo(Path.of("/c"));
    }

    @Test
    void theEndpointIsAnAddress() {
        assertThat(of(Map.of()).endpoint()).hasToString("https://huggingface.co");
        assertThat(of(Map.of("HF_ENDPOINT", "http://127.0.0.1:8080/mirror/")).endpoint())
                .hasToString("http://127.0.0.1:8080/mirror");
        for (String wrong : new String[] {"mirror", "ftp://mirror", "http://", "http://a b"}) {
            assertThatThrownBy(() -> of(Map.of("HF_ENDPOINT", wrong)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("HF_ENDPOINT is " + wrong);
        }
    }

    @Test
    void offlineHasTwoNamesAndFourValues() {
        assertThat(of(Map.of()).offline()).isFalse();
        assertThat(of(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
        assertThat(of(Map.of("HF_HUB_OFFLINE", "1")).offline()).isTrue();
        assertThat(of(Map.of("HF_HUB_OFFLINE", "yes")).offline()).isTrue();
        assertThat(of(Map.of("TRANSFORMERS_OFFLINE", "True")).offline()).isTrue();
    }

    @Test
    void theTokenIsGivenOrInTheLoginsFile() throws IOException {
        assertThat(of(Map.of()).token()).isEmpty();
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");
        assertThat(of(Map.of()).token()).contains("hf_file");
        assertThat(of(Map.of("HF_TOKEN", " hf_env\n")).token()).contains("hf_env");
        assertThat(of(Map.of("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", "HF_TOKEN", "hf_env"))
                        .token())
                .isEmpty();
        Files.writeString(home.resolve("other"), "hf_other");
        assertThat(of(Map.of("HF_TOKEN_PATH", "~/other")).token()).contains("hf_other");
        assertThatThrownBy(() -> of(Map.of("HF_TOKEN", "two\r\nlines")))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("lines");
        assertThat(of(Map.of()).toString()).contains("token=given").doesNotContain("hf_file");
    }

    private HubSettings of(Map<String, String> environment) {
        return HubSettings.of(environment, home);
    }
}
