package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet and Arrow files hold the rows that were written; what is broken is named with its place. */
class ColumnarFilesTest {
    private static final Cell NONE = new Cell.Missing();

    private final RowFolder folder;

    ColumnarFilesTest(@TempDir Path folder) {
        this.folder = new RowFolder(folder);
    }

    private byte[] resource(String name) throws IOException {
        try (InputStream in = ColumnarFilesTest.class.getResourceAsStream("formats/" + name)) {
            return in.readAllBytes();
        }
    }

    private static Cell text(String text) {
        return new Cell.Text(text);
    }

    private static Cell number(String digits) {
        return new Cell.Numeral(digits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows.parquet", "saved.arrow", "file.arrow", "zstd.arrow", "lz4.arrow"})
    void columnarFilesHoldTheRowsThatWereWritten(String name) throws IOException {
        List<RawRow> rows = RowFolder.rows(folder.file(name, resource(name)));
        assertThat(rows).hasSize(3);
        assertThat(rows.getLast().place()).hasToString(folder.path().resolve(name) + " row 3");
        assertThat(rows.getFirst().cells())
                .containsEntry("instruction", text("Add 2 and 3."))
                .containsEntry("input", text(""))
                .containsEntry("output", text("5"))
                .containsEntry("n", number("7"))
                .containsEntry("f", number("1.5"))
                .containsEntry("ok", new Cell.Truth(true))
                .containsEntry("tags", new Cell.Items(List.of(text("x"), NONE)))
                .containsEntry("m", new Cell.Fields(Map.of("a", text("b"), "c", NONE)));
        assertThat(rows.get(1).cells())
                .containsEntry("instruction", text("Name a fish — größer 🐟"))
                .containsEntry("tags", new Cell.Items(List.of()));
        assertThat(rows.get(1).cells())
                .extractingByKeys("output", "n", "f", "ok")
                .containsOnly(NONE);
        assertThat(rows.getLast().cells())
                .containsEntry("instruction", text("Say \"hi\"\nagain"))
                .containsEntry("n", number("-9007199254740993"))
                .containsEntry("tags", NONE);
    }

    @Test
    void everyArrowTypeIsReadOrBecomesText() throws IOException {
        Map<String, Cell> first = RowFolder.cells(folder.file("types.arrow", resource("types.arrow")))
                .getFirst();
        assertThat(first)
                .containsEntry("ls", text("a"))
                .containsEntry("dict", text("x"))
                .containsEntry("ts", text("2024-01-02T03:04:05"))
                .containsEntry("d", text("2024-05-06"))
                .containsEntry("u8", number("255"))
                .containsEntry("u64", number("18446744073709551615"))
                .containsEntry("f16", number("1.5"))
                .containsEntry("f32", number("0.1"))
                .containsEntry("dec", number("1.50"))
                .containsEntry("fsl", new Cell.Items(List.of(number("1"), number("2"))))
                .containsEntry("ll", new Cell.Items(List.of(text("a"))))
                .containsEntry(
                        "map", new Cell.Items(List.of(new Cell.Fields(Map.of("key", text("k"), "value", text("v"))))))
                .containsEntry("bin", text("AP8="))
                .containsEntry("nul", NONE)
                .containsEntry("t", text("01:02:03"));
        Map<String, Cell> parquet = RowFolder.cells(folder.file("types.parquet", resource("types.parquet")))
                .getLast();
        assertThat(parquet).containsEntry("u64", number("1")).containsEntry("ts", NONE);
    }

    @Test
    void aSavedDataSetIsAFolderWhoseDescriptionsAreNoRows() throws IOException {
        folder.file("data-00000-of-00002.arrow", resource("saved.arrow"));
        folder.file("data-00001-of-00002.arrow", resource("saved.arrow"));
        folder.file("dataset_info.json", "{}");
        folder.file("state.json", "{}");
        folder.file(".lock", "");
        assertThat(RowFolder.rows(folder.path())).hasSize(6);
    }

    /** A file that is cut anywhere gives its whole first rows, or an error that names it; never anything else. */
    @ParameterizedTest
    @ValueSource(strings = {"saved.arrow", "file.arrow", "zstd.arrow", "types.arrow"})
    void anArrowFileCutShortIsNamed(String name) throws IOException {
        byte[] whole = resource(name);
        for (int length = 0; length < whole.length; length += 7) {
            Path cut = folder.file("cut.arrow", Arrays.copyOf(whole, length));
            try {
                assertThat(RowFolder.rows(cut).size())
                        .isIn(0, 2, 3); // only the end mark or the index of batches is gone
            } catch (UserError e) {
                assertThat(e).hasMessageStartingWith(cut + ": no whole Arrow file (at byte ");
            }
        }
    }

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedArrowFilesAreRowsOrAnErrorForTheUser(int seed) throws IOException {
        Random random = new Random(seed);
        for (String name : List.of("saved.arrow", "types.arrow", "zstd.arrow")) {
            for (int round = 0; round < 50; round++) {
                byte[] bytes = resource(name);
                for (int i = 0; i <= random.nextInt(8); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try {
                    RowFolder.rows(folder.file("damaged.arrow", bytes));
                } catch (UserError e) {
                    assertThat(e).hasMessageContaining("damaged.arrow");
                }
            }
        }
    }

    @Test
    void aParquetFileCutShortOrDamagedIsNamed() throws IOException {
        byte[] whole = resource("rows.parquet");
        Path cut = folder.file("cut.parquet", Arrays.copyOf(whole, whole.length - 100));
        assertThatThrownBy(() -> RowFolder.rows(cut))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(cut + ": no whole Parquet file")
                .hasMessageContaining("No magic bytes");
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 200, 260, (byte) 0);
        Path broken = folder.file("broken.parquet", damaged);
        assertThatThrownBy(() -> RowFolder.rows(broken))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(broken + ": ");
        Path empty = folder.file("empty.parquet", "");
        assertThatThrownBy(() -> RowFolder.rows(empty))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(empty + ": ");
        Path odd = folder.file("a[1].parquet", whole);
        assertThatThrownBy(() -> RowFolder.rows(odd))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("rename it");
    }
}
