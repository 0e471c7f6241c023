package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    private static final String AGAIN = "mvn -pl lathe-run -am test -Dtest=ConfigurationPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlathe.docs.write=true";

    @Test
    void thePageIsUpToDate() throws IOException {
        Path page = root().resolve("docs/configuration.md");
        String text = new ConfigurationPage(KeyTable.load()).text();
        if (Boolean.getBoolean("lathe.docs.write")) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, text);
        }
        assertThat(page)
                .withFailMessage("docs/configuration.md is out of date; make it again with\n  " + AGAIN)
                .exists()
                .hasContent(text);
    }

    @Test
    void everyKeyStandsOnThePage() {
        KeyTable table = KeyTable.load();
        String text = new ConfigurationPage(table).text();
        assertThat(table.all()).allSatisfy(key -> assertThat(text).contains("| `" + key.name() + "` |"));
    }

    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Stream.iterate(Optional.of(here), Optional::isPresent, folder -> folder.map(Path::getParent))
                .flatMap(Optional::stream)
                .filter(folder -> Files.isDirectory(folder.resolve(".mvn")))
                .findFirst()
                .orElseThrow();
    }
}
