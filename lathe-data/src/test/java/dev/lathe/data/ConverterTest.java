package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a row's columns. In the texts below $ ends an answer. */
class ConverterTest {
    private final DataFolder data;

    ConverterTest(@TempDir Path folder) {
        this.data = new DataFolder(folder);
    }

    private List<String> texts(String row, String rest) {
        return DataFolder.texts(
                data.with("rows.json", "[" + row + "]", rest).load().train());
    }

    @Test
    void theInputFollowsTheInstructionUnlessOneIsEmpty() {
        assertThat(texts("{\"instruction\": \"q\", \"input\": \"i\", \"output\": \"a\"}", ""))
                .containsExactly("q\nia$");
        assertThat(texts("{\"instruction\": \"\", \"input\": \"i\", \"output\": \"a\"}", ""))
                .containsExactly("ia$");
        assertThat(texts("{\"instruction\": \"q\", \"output\": \"a\"}", "")).containsExactly("qa$");
    }

    @Test
    void columnsThatAreNotListedAreAbsentOnceAnyIs() {
        String row =
                "{\"instruction\": \"q\", \"input\": \"i\", \"output\": \"a\", \"system\": \"s\", \"past\": [[\"x\", \"y\"]]}";
        assertThat(texts(row, "")).containsExactly("q\nia$");
        assertThat(texts(row, ", \"columns\": {\"prompt\": \"instruction\", \"response\": \"output\"}"))
                .containsExactly("qa$");
        assertThat(
                        texts(
                                row,
                                ", \"columns\": {\"prompt\": \"input\", \"response\": \"output\", \"system\": \"system\", \"history\": \"past\"}"))
                .containsExactly("sxy$ia$");
    }

    @Test
    void tagsThatAreNotListedAreAbsentOnceAnyIs() {
        String row =
                "{\"talk\": [{\"role\": \"system\", \"text\": \"s\"}, {\"role\": \"user\", \"text\": \"q\"}, {\"role\": \"bot\", \"text\": \"a\"}]}";
        String tags =
                ", \"formatting\": \"sharegpt\", \"columns\": {\"messages\": \"talk\"}, \"tags\": {\"role_tag\": \"role\", \"content_tag\": \"text\", \"user_tag\": \"user\", \"assistant_tag\": \"bot\"%s}";
        assertThat(texts(row, tags.formatted(", \"system_tag\": \"system\""))).containsExactly("sqa$");
        data.with(
                "rows.json",
                "[" + row + ", " + row.replace("{\"role\": \"system\", \"text\": \"s\"}, ", "") + "]",
                tags.formatted(""));
        LoadedData.Set loaded = data.load().train();
        assertThat(DataFolder.texts(loaded)).containsExactly("qa$");
        assertThat(loaded.report().dropped()).containsEntry(DropReason.UNKNOWN_ROLE, 1L);
    }

    @Test
    void messagesWithoutTextDropTheRow() {
        data.with("rows.json", """
                [{"conversations": [{"from": "human", "value": null}, {"from": "gpt", "value": "a"}]},
                 {"conversations": [{"from": "human", "value": 5}, {"from": "gpt", "value": "2024-05-01"}]}]
                """, ", \"formatting\": \"sharegpt\"");
        LoadedData.Set loaded = data.load().train();
        assertThat(DataFolder.texts(loaded)).containsExactly("52024-05-01$");
        assertThat(loaded.report().dropped()).containsEntry(DropReason.NO_TEXT, 1L);
    }

    @Test
    void whatIsCutIsCounted() {
        data.with(
                "rows.json",
                "[{\"instruction\": \"qqqq\", \"output\": \"aaaa\"}, {\"instruction\": \"q\", \"output\": \"a\"}]");
        DataSettings plain = data.sft();
        DataSettings cut = new DataSettings(
                plain.stage(),
                plain.datasets(),
                plain.evalDatasets(),
                false,
                plain.datasetDir(),
                6,
                false,
                false,
                plain.packing(),
                false,
                plain.mixing(),
                plain.maxSamples(),
                plain.valSize(),
                true,
                1000,
                1,
                false,
                42);
        DataReport report = DataFolder.load(cut).train().report();
        assertThat(report.cut()).isEqualTo(1);
        assertThat(report.tokensCut()).isEqualTo(3);
        assertThat(report.tokens()).isEqualTo(9);
        assertThat(report.longest()).isEqualTo(6);
        assertThat(report.summary()).contains("1 cut to cutoff_len (3 tokens lost)");
    }
}
