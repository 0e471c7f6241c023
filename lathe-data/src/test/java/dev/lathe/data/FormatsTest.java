package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.lathe.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

/** Comma-separated, packed and mixed files: what is broken is named with its place. */
class FormatsTest {
    private static final Cell NONE = new Cell.Missing();

    private final RowFolder folder;

    FormatsTest(@TempDir Path folder) {
        this.folder = new RowFolder(folder);
    }

    private static Cell text(String text) {
        return new Cell.Text(text);
    }

    @Test
    void commaSeparatedValuesAreTextAndEmptyOnesAreMissing() throws IOException {
        Path csv = folder.file(
                "rows.csv",
                "\uFEFFinstruction,input,output\r\n\"Say \"\"hi\"\", twice\nplease\",,\"007\"\n\na,b\nNA,1e5,2024-01-02\n");
        List<RawRow> rows = RowFolder.rows(csv);
        assertThat(rows.stream().map(RawRow::cells))
                .containsExactly(
                        Map.of("instruction", text("Say \"hi\", twice\nplease"), "input", NONE, "output", text("007")),
                        Map.of("instruction", text("a"), "input", text("b"), "output", NONE),
                        Map.of("instruction", text("NA"), "input", text("1e5"), "output", text("2024-01-02")));
        assertThat(rows.stream().map(row -> row.place().number())).containsExactly(2L, 5L, 6L);
    }

    @Test
    void brokenCommaSeparatedValuesAreNamedWithTheirLine() throws IOException {
        Path open = folder.file("open.csv", "a,b\n1,2\n\"3,4\n5,6\n");
        assertThatThrownBy(() -> RowFolder.rows(open))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(open + ": broken quoting: ")
                .hasMessageContaining("3");
        Path after = folder.file("after.csv", "a,b\n1,2\n\"3\"x,4\n");
        assertThatThrownBy(() -> RowFolder.rows(after))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(after + ": broken quoting: ");
        Path more = folder.file("more.csv", "a,b\n1,2\n3,4,5\n");
        assertThatThrownBy(() -> RowFolder.rows(more))
                .isInstanceOf(UserError.class)
                .hasMessage(more + " line 3: 3 values for 2 columns; a value with a comma in it must stand in quotes");
        Path twice = folder.file("twice.csv", "a,a\n1,2\n");
        assertThatThrownBy(() -> RowFolder.rows(twice))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("two columns");
        Path latin = folder.file("latin.csv", "a\nh\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> RowFolder.rows(latin))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not UTF-8");
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
        List<Map<String, Cell>> plain = RowFolder.cells(folder.file("plain.jsonl", lines(3000)));
        byte[] packed = packed(as, lines(3000));
        assertThat(RowFolder.cells(folder.file("rows.jsonl." + as, packed))).isEqualTo(plain);
        Path cut = folder.file("cut.jsonl." + as, Arrays.copyOf(packed, packed.length / 2));
        assertThatThrownBy(() -> RowFolder.rows(cut))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(cut.toString())
                .hasMessageContaining("pack it again");
        byte[] damaged = packed.clone();
        Arrays.fill(damaged, packed.length / 3, packed.length / 3 + 40, (byte) 7);
        Path broken = folder.file("broken.jsonl." + as, damaged);
        assertThatThrownBy(() -> RowFolder.rows(broken))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("broken.jsonl");
        Path none = folder.file("none.jsonl." + as, "not packed at all");
        assertThatThrownBy(() -> RowFolder.rows(none))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none.jsonl");
    }

    @Test
    void packingNeedsAKnownInside() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(two)) {
            zip.putNextEntry(new ZipEntry("a.jsonl"));
            zip.putNextEntry(new ZipEntry("b.jsonl"));
        }
        Path archive = folder.file("two.zip", two.toByteArray());
        assertThatThrownBy(() -> RowFolder.rows(archive))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds 2 files");
        Path unknown = folder.file("rows.gz", packed("gz", "{}"));
        assertThatThrownBy(() -> RowFolder.rows(unknown))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a type");
        Path parquet = folder.file("rows.parquet.gz", packed("gz", "PAR1"));
        assertThatThrownBy(() -> RowFolder.rows(parquet))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("unpack it");
    }

    @Test
    void aFolderHoldsFilesOfOneTypeAndNoFolders() throws IOException {
        folder.file("a.jsonl", "{\"a\": \"1\"}");
        folder.file("b.jsonl.gz", packed("gz", "{\"a\": \"2\"}"));
        assertThat(RowFolder.rows(folder.path())).hasSize(2);
        Files.createDirectory(folder.path().resolve("more"));
        assertThatThrownBy(() -> RowFolder.rows(folder.path()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds a folder, more");
        Files.delete(folder.path().resolve("more"));
        folder.file("c.csv", "a\n3\n");
        assertThatThrownBy(() -> RowFolder.rows(folder.path()))
                .isInstanceOf(UserError.class)
                .hasMessage(folder.path() + " holds files of several types (json, csv); a data set has one");
    }
}
