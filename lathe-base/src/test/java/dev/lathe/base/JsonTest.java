package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void numbersAreWrittenAsTheyWereRead() {
        String text =
                "{\n  \"rope_theta\": 10000.0,\n  \"dropout\": 0.0,\n  \"eps\": 0.00001,\n  \"big\": 12345678901234567890\n}\n";
        assertThat(Json.pretty(Json.parse(text, "test"))).isEqualTo(text);
    }

    @Test
    void malformedTextNamesItsPlace() {
        assertThatThrownBy(() -> Json.parse("{\n  \"a\": ]", "x.json"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("x.json line 2");
    }

    @Test
    void aMissingFileIsTheUsersToMend() {
        assertThatThrownBy(() -> Json.read(Path.of("no-such-file.json")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not exist");
    }
}
