package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.lathe.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Every kind of file holds the same rows; what is broken is named with its place. */
class FormatsTest {
    private static final Cell NONE = new Cell.Missing();

    private final Path folder;

    FormatsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static List<RawRow> rows(Path path) throws IOException {
        List<RawRow> rows = new ArrayList<>();
        try (RowReader reader = RowFiles.at(path).open()) {
            for (Optional<RawRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get());
            }
        }
        return rows;
    }

    private static List<Map<String, Cell>> cells(Path path) throws IOException {
        return rows(path).stream().map(RawRow::cells).toList();
    }

    private byte[] resource(String name) throws IOException {
        try (InputStream in = FormatsTest.class.getResourceAsStream("formats/" + name)) {
            return in.readAllBytes();
        }
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
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
        List<RawRow> rows = rows(file(name, resource(name)));
        assertThat(rows).hasSize(3);
        assertThat(rows.getLast().place()).hasToString(folder.resolve(name) + " row 3");
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
        Map<String, Cell> first =
                cells(file("types.arrow", resource("types.arrow"))).getFirst();
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
        Map<String, Cell> parquet =
                cells(file("types.parquet", resource("types.parquet"))).getLast();
        assertThat(parquet).containsEntry("u64", number("1")).containsEntry("ts", NONE);
    }

    @Test
    void aSavedDataSetIsAFolderWhoseDescriptionsAreNoRows() throws IOException {
        file("data-00000-of-00002.arrow", resource("saved.arrow"));
        file("data-00001-of-00002.arrow", resource("saved.arrow"));
        file("dataset_info.json", "{}");
        file("state.json", "{}");
        file(".lock", "");
        assertThat(rows(folder)).hasSize(6);
    }

    /** A file that is cut anywhere gives its whole first rows, or an error that names it; never anything else. */
    @ParameterizedTest
    @ValueSource(strings = {"saved.arrow", "file.arrow", "zstd.arrow", "types.arrow"})
    void anArrowFileCutShortIsNamed(String name) throws IOException {
        byte[] whole = resource(name);
        for (int length = 0; length < whole.length; length += 7) {
            Path cut = file("cut.arrow", Arrays.copyOf(whole, length));
            try {
                assertThat(rows(cut).size()).isIn(0, 2, 3); // only the end mark or the index of batches is gone
            } catch (UserError e) {
                assertThat(e).hasMessageStartingWith(cut + ": no whole Arrow file (at byte ");
            }
        }
    }

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("seeds")
    void damagedArrowFilesAreRowsOrAnErrorForTheUser(int seed) throws IOException {
        Random random = new Random(seed);
        for (String name : List.of("saved.arrow", "types.arrow", "zstd.arrow")) {
            for (int round = 0; round < 50; round++) {
                byte[] bytes = resource(name);
                for (int i = 0; i <= random.nextInt(8); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try {
                    rows(file("damaged.arrow", bytes));
                } catch (UserError e) {
                    assertThat(e).hasMessageContaining("damaged.arrow");
                }
            }
        }
    }

    @Test
    void aParquetFileCutShortOrDamagedIsNamed() throws IOException {
        byte[] whole = resource("rows.parquet");
        Path cut = file("cut.parquet", Arrays.copyOf(whole, whole.length - 100));
        assertThatThrownBy(() -> rows(cut))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(cut + ": no whole Parquet file")
                .hasMessageContaining("No magic bytes");
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 200, 260, (byte) 0);
        Path broken = file("broken.parquet", damaged);
        assertThatThrownBy(() -> rows(broken)).isInstanceOf(UserError.class).hasMessageStartingWith(broken + ": ");
        Path empty = file("empty.parquet", "");
        assertThatThrownBy(() -> rows(empty)).isInstanceOf(UserError.class).hasMessageStartingWith(empty + ": ");
        Path odd = file("a[1].parquet", whole);
        assertThatThrownBy(() -> rows(odd)).isInstanceOf(UserError.class).hasMessageContaining("rename it");
    }

    @Test
    void commaSeparatedValuesAreTextAndEmptyOnesAreMissing() throws IOException {
        Path csv = file(
                "rows.csv",
                "\uFEFFinstruction,input,output\r\n\"Say \"\"hi\"\", twice\nplease\",,\"007\"\n\na,b\nNA,1e5,2024-01-02\n");
        List<RawRow> rows = rows(csv);
        assertThat(rows.stream().map(RawRow::cells))
                .containsExactly(
                        Map.of("instruction", text("Say \"hi\", twice\nplease"), "input", NONE, "output", text("007")),
                        Map.of("instruction", text("a"), "input", text("b"), "output", NONE),
                        Map.of("instruction", text("NA"), "input", text("1e5"), "output", text("2024-01-02")));
        assertThat(rows.stream().map(row -> row.place().number())).containsExactly(2L, 5L, 6L);
    }

    @Test
    void brokenCommaSeparatedValuesAreNamedWithTheirLine() throws IOException {
        Path open = file("open.csv", "a,b\n1,2\n\"3,4\n5,6\n");
        assertThatThrownBy(() -> rows(open))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(open + ": broken quoting: ")
                .hasMessageContaining("3");
        Path after = file("after.csv", "a,b\n1,2\n\"3\"x,4\n");
        assertThatThrownBy(() -> rows(after))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(after + ": broken quoting: ");
        Path more = file("more.csv", "a,b\n1,2\n3,4,5\n");
        assertThatThrownBy(() -> rows(more))
                .isInstanceOf(UserError.class)
                .hasMessage(more + " line 3: 3 values for 2 columns; a value with a comma in it must stand in quotes");
        Path twice = file("twice.csv", "a,a\n1,2\n");
        assertThatThrownBy(() -> rows(twice)).isInstanceOf(UserError.class).hasMessageContaining("two columns");
        Path latin = file("latin.csv", "a\nh\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> rows(latin)).isInstanceOf(UserError.class).hasMessageContaining("not UTF-8");
    }

    private static OutputStream around(String as, OutputStream out) throws IOException {
        return switch (as) {
            case "gz" -> new GZIPOutputStream(out);
            case "bz2" -> new BZip2CompressorOutputStream(out);
            case "xz" -> new XZOutputStream(out, new LZMA2Options(1));
            case "zst" -> new ZstdOutputStream(out);
            default -> zip(out);
        };
    }

    private static OutputStream zip(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.putNextEntry(new ZipEntry("inside.jsonl"));
        return zip;
    }

    private static byte[] packed(String as, String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = around(as, bytes)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static String lines(int count) {
        Random random = new Random(1);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"a\": \"").append(random.nextLong()).append("\"}\n");
        }
        return lines.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "bz2", "xz", "zst", "zip"})
    void packedFilesAreUnpackedAndBrokenOnesNamed(String as) throws IOException {
        List<Map<String, Cell>> plain = cells(file("plain.jsonl", lines(3000)));
        byte[] packed = packed(as, lines(3000));
        assertThat(cells(file("rows.jsonl." + as, packed))).isEqualTo(plain);
        Path cut = file("cut.jsonl." + as, Arrays.copyOf(packed, packed.length / 2));
        assertThatThrownBy(() -> rows(cut))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(cut.toString())
                .hasMessageContaining("pack it again");
        byte[] damaged = packed.clone();
        Arrays.fill(damaged, packed.length / 3, packed.length / 3 + 40, (byte) 7);
        Path broken = file("broken.jsonl." + as, damaged);
        assertThatThrownBy(() -> rows(broken)).isInstanceOf(UserError.class).hasMessageContaining("broken.jsonl");
        Path none = file("none.jsonl." + as, "not packed at all");
        assertThatThrownBy(() -> rows(none)).isInstanceOf(UserError.class).hasMessageContaining("none.jsonl");
    }

    @Test
    void packingNeedsAKnownInside() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(two)) {
            zip.putNextEntry(new ZipEntry("a.jsonl"));
            zip.putNextEntry(new ZipEntry("b.jsonl"));
        }
        Path archive = file("two.zip", two.toByteArray());
        assertThatThrownBy(() -> rows(archive)).isInstanceOf(UserError.class).hasMessageContaining("holds 2 files");
        Path unknown = file("rows.gz", packed("gz", "{}"));
        assertThatThrownBy(() -> rows(unknown)).isInstanceOf(UserError.class).hasMessageContaining("not a type");
        Path parquet = file("rows.parquet.gz", packed("gz", "PAR1"));
        assertThatThrownBy(() -> rows(parquet)).isInstanceOf(UserError.class).hasMessageContaining("unpack it");
    }

    @Test
    void aFolderHoldsFilesOfOneTypeAndNoFolders() throws IOException {
        file("a.jsonl", "{\"a\": \"1\"}");
        file("b.jsonl.gz", packed("gz", "{\"a\": \"2\"}"));
        assertThat(rows(folder)).hasSize(2);
        Files.createDirectory(folder.resolve("more"));
        assertThatThrownBy(() -> rows(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds a folder, more");
        Files.delete(folder.resolve("more"));
        file("c.csv", "a\n3\n");
        assertThatThrownBy(() -> rows(folder))
                .isInstanceOf(UserError.class)
                .hasMessage(folder + " holds files of several types (json, csv); a data set has one");
    }
}
