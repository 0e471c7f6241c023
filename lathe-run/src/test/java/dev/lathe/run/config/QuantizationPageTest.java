package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QuantizationPageTest {
    private static final String AGAIN = "mvn -pl lathe-run -am test -Dtest=QuantizationPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlathe.docs.write=true";

    @Test
    void thePageIsUpToDate() throws IOException {
        Path page = Reference.checkout().resolve("docs/quantization.md");
        String text = QuantizationPage.text();
        if (Boolean.getBoolean("lathe.docs.write")) {
            Files.writeString(page, text);
        }
        assertThat(page)
                .withFailMessage("docs/quantization.md is out of date; make it again with\n  " + AGAIN)
                .exists()
                .hasContent(text);
    }

    @Test
    void everyMethodThatQuantisesStandsOnThePage() {
        String text = QuantizationPage.text();
        ModelRules.BITS.forEach((method, bits) ->
                bits.forEach(number -> assertThat(text).contains("| `%s` | %d | ".formatted(method, number))));
    }
}
