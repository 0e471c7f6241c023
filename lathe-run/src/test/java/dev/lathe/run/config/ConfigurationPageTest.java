package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.MadePage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    @Test
    void thePageIsUpToDate() throws IOException {
        new MadePage("docs/configuration.md", ConfigurationPageTest.class)
                .is(new ConfigurationPage(KeyTable.load()).text());
    }

    @Test
    void everyKeyStandsOnThePage() {
        KeyTable table = KeyTable.load();
        String text = new ConfigurationPage(table).text();
        assertThat(table.all()).allSatisfy(key -> assertThat(text).contains("| `" + key.name() + "` |"));
    }
}
