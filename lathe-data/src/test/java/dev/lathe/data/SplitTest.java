package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitTest {
    /** {@code load_dataset("json", split=...)} of datasets 4.8.5, on 11 rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            train | 0 1 2 3 4 5 6 7 8 9 10
            train[:] | 0 1 2 3 4 5 6 7 8 9 10
            train[:3] | 0 1 2
            train[3:] | 3 4 5 6 7 8 9 10
            train[-2:] | 9 10
            train[:-2] | 0 1 2 3 4 5 6 7 8
            train[2:5] | 2 3 4
            train[:99] | 0 1 2 3 4 5 6 7 8 9 10
            train[:5%] | 0
            train[:10%] | 0
            train[:14%] | 0 1
            train[:23%] | 0 1 2
            train[:33%] | 0 1 2 3
            train[50%:] | 6 7 8 9 10
            train[-20%:] | 9 10
            train[10%:60%] | 1 2 3 4 5 6
            train[:100%] | 0 1 2 3 4 5 6 7 8 9 10
            train[:33%](closest) | 0 1 2 3
            train[:2]+train[-1:] | 0 1 10
            train[:10%]+train[90%:] | 0 10
            """)
    void takesTheRowsThatTheLibraryTakes(String split, String rows) {
        assertThat(IntStream.of(Split.parse(split, "here").rows(11))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(rows);
    }

    @Test
    void wholeHundredthsLoseWhatIsLeftOver() {
        assertThat(Split.parse("train[:50%](pct1_dropremainder)", "here").rows(299))
                .hasSize(100);
        assertThatThrownBy(() ->
                        Split.parse("train[:50%](pct1_dropremainder)", "here").rows(99))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds none of the 99 rows");
    }

    /** Chosen before num_samples and max_samples; and only rows that may be wanted are tokenised. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train[2:5]||r2 r3 r4",
                "train[-3:]|2|r7 r8",
                "train[:20%]+train[-1:]||r0 r1 r9",
            })
    void aDataSetMayBeAPartOfItsFile(String split, Integer most, String expected, @TempDir Path folder) {
        String rows = IntStream.range(0, 10)
                .mapToObj("{\"instruction\": \"r%d\", \"output\": \"yes\"}\n"::formatted)
                .collect(Collectors.joining());
        DataFolder data = new DataFolder(folder).with("rows.jsonl", rows, ", \"split\": \"%s\"".formatted(split));
        DataSettings all = data.sft();
        DataSettings settings = new DataSettings(
                all.stage(),
                all.datasets(),
                all.evalDatasets(),
                false,
                folder,
                100,
                false,
                false,
                all.packing(),
                false,
                all.mixing(),
                most == null ? OptionalInt.empty() : OptionalInt.of(most),
                all.valSize(),
                true,
                1000,
                1,
                false,
                42);
        List<String> names = DataFolder.texts(DataFolder.load(settings).train()).stream()
                .map(text -> text.replaceAll(".*?(r\\d).*", "$1").strip())
                .toList();
        assertThat(String.join(" ", names)).isEqualTo(expected);
    }

    @Test
    void aStreamHasNoParts(@TempDir Path folder) {
        DataFolder data = new DataFolder(folder).with("rows.jsonl", "", ", \"split\": \"train[:2]\"");
        assertThatThrownBy(() -> new DataPipeline(Letters.encoding(), new TokenCache.None(), 1, DataProgress.NONE)
                        .stream(data.sft(), new Streaming(4, true, 9)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("streaming: not with a part of a split (data set rows, split train[:2])");
    }
}
