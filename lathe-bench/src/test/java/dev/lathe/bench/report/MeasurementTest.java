package dev.lathe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest {
    private static final SafeFiles FILES = new SafeFiles(Disk.real());

    @TempDir
    private Path folder = Path.of("");

    private static Measurement measured(double speed, String processor) {
        SequencedMap<String, SequencedMap<String, String>> conditions = new LinkedHashMap<>();
        conditions.put("machine", new LinkedHashMap<>(Map.of("processor", processor)));
        conditions.put("software", new LinkedHashMap<>(Map.of("commit", "abc")));
        conditions.put("settings", new LinkedHashMap<>(Map.of("model", "lathe:seedling")));
        return new Measurement(
                "train",
                "2026-01-02T03:04:05Z",
                conditions,
                List.of(
                        new Section(
                                Headline.SECTION,
                                List.of(
                                        Headline.SPEED.of(speed, Unit.TOKENS_PER_SECOND),
                                        Headline.SHARE.of(0.625, Unit.SHARE),
                                        Headline.MEMORY.of(750e6, Unit.BYTES))),
                        new Section("time by kind", List.of(new Metric("attention", 0.1234, Unit.SHARE)))));
    }

    @Test
    void writtenAndReadIsTheSame() throws Exception {
        Measurement measured = measured(1234.5678, "Some CPU");
        Path file = Files.writeString(folder.resolve("m.json"), measured.json());
        assertThat(Measurement.read(file)).isEqualTo(measured);
    }

    @ParameterizedTest
    @EnumSource
    void everyUnitIsFoundByItsWord(Unit unit) {
        assertThat(Unit.of(unit.word())).contains(unit);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"lathe_bench\": 2, \"results\": {}}",
                "{\"lathe_bench\": 1}",
                "{\"lathe_bench\": 1, \"results\": {\"a\": {\"b\": {\"value\": \"x\", \"unit\": \"s\"}}}}",
                "{\"lathe_bench\": 1, \"results\": {\"a\": {\"b\": {\"value\": 1e999, \"unit\": \"s\"}}}}",
                "{\"lathe_bench\": 1, \"results\": {\"a\": {\"b\": {\"value\": 1, \"unit\": \"furlong\"}}}}",
                "not JSON"
            })
    void otherFilesAreRefusedByName(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("other.json"), text);
        assertThatThrownBy(() -> Measurement.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("other.json");
    }

    @Test
    void aTableShowsNamesAndNumbers() {
        assertThat(Table.of(measured(1234.56, "Some CPU"))).isEqualTo("""
                        result
                          real tokens a second       1,234.6 tokens/s
                          share of what is possible            62.5 %
                          peak resident memory               750.0 MB

                        time by kind
                          attention                            12.3 %
                        """);
    }

    @Test
    void twoStandBesideEachOtherWithTheirRatioAndWhatDiffered() {
        String table = Table.beside(measured(1000, "Some CPU"), measured(250, "Other CPU"));
        assertThat(table)
                .containsPattern("real tokens a second +1,000.0 tokens/s +250.0 tokens/s +4.00\n")
                .containsPattern("peak resident memory +750.0 MB +750.0 MB +1.00\n")
                .contains("machine, processor: Some CPU; there Other CPU")
                .doesNotContain("commit: abc;");
    }

    @Test
    void whatTheOtherLacksStandsAlone() {
        Measurement other = new Measurement("train", "2025", new LinkedHashMap<>(), List.of());
        assertThat(Table.beside(measured(1000, "Some CPU"), other))
                .containsPattern("real tokens a second +1,000.0 tokens/s\n");
    }

    @Test
    void historyGrowsByARow() throws Exception {
        Path page = Files.writeString(
                folder.resolve("page.md"),
                "# Page\n\n| no | table |\n\n## History\n\nWords.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nMore words.\n");
        History.append(page, measured(1234.56, "Some | CPU"), FILES);
        assertThat(Files.readString(page)).isEqualTo("""
                        # Page

                        | no | table |

                        ## History

                        Words.

                        | a | b |
                        |---|---|
                        | 1 | 2 |
                        | 2026-01-02 | abc | Some / CPU | train lathe:seedling | 1,234.6 tokens/s | 62.5 % | 750.0 MB |

                        More words.
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "/home/me/models/a.gguf, train a.gguf",
        "./models/tiny, train tiny",
        "org/name, train org/name",
        "lathe:seedling, train lathe:seedling"
    })
    void historyDoesNotSayWhereAModelLies(String model, String shown) {
        SequencedMap<String, SequencedMap<String, String>> conditions = new LinkedHashMap<>();
        conditions.put("settings", new LinkedHashMap<>(Map.of("model", model)));
        Measurement bare = new Measurement("train", "2026", conditions, List.of());
        assertThat(History.row(bare)).isEqualTo("| 2026 | unknown | unknown | %s | – | – | – |".formatted(shown));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "## History\n", "## History\n\nwords\n\n## Next\n\n| a |\n"})
    void aPageWithoutATableIsRefused(String text) throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), text);
        assertThatThrownBy(() -> History.append(page, measured(1, "CPU"), FILES))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("page.md");
        assertThat(page).hasContent(text);
    }
}
