package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.MadePage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class QuantizationPageTest {
    @Test
    void thePageIsUpToDate() throws IOException {
        new MadePage("docs/quantization.md", QuantizationPageTest.class).is(QuantizationPage.text());
    }

    @Test
    void everyMethodThatQuantisesStandsOnThePage() {
        String text = QuantizationPage.text();
        ModelRules.BITS.forEach((method, bits) ->
                bits.forEach(number -> assertThat(text).contains("| `%s` | %d | ".formatted(method, number))));
    }
}
