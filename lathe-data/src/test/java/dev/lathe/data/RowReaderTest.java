package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderTest {
    private final Path folder;

    RowReaderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static List<RawRow> rows(Path path) throws IOException {
        List<RawRow> rows = new ArrayList<>();
        try (RowReader reader = RowFiles.at(path).open()) {
            for (Optional<RawRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get());
            }
            assertThat(reader.bytesRead()).isEqualTo(RowFiles.at(path).bytes());
        }
        return rows;
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"a\": 1, \"b\": [true, null]}, {\"a\": \"x\"}]",
                "\uFEFF \n[\n{\"a\": 1, \"b\": [true, null]},\n{\"a\": \"x\"}\n]\n",
                "{\"a\": 1, \"b\": [true, null]}\n{\"a\": \"x\"}",
                "\uFEFF{\"a\": 1, \"b\": [true, null]}\r\n\r\n  \r\n{\"a\": \"x\"}\r\n",
            })
    void theContentDecidesWhetherItIsAListOrLines(String content) throws IOException {
        for (String name : List.of("rows.json", "rows.jsonl")) {
            assertThat(rows(file(name, content)).stream().map(RawRow::cells))
                    .containsExactly(
                            Map.of(
                                    "a",
                                    new Cell.Numeral("1"),
                                    "b",
                                    new Cell.Items(List.of(new Cell.Truth(true), new Cell.Missing()))),
                            Map.of("a", new Cell.Text("x")));
        }
    }

    @Test
    void numbersAndDatesStayAsTheyWereWritten() throws IOException {
        List<RawRow> rows = rows(
                file(
                        "rows.jsonl",
                        "{\"n\": 1.50, \"e\": 1E5, \"big\": 123456789012345678901234567890, \"date\": \"2024-05-01\", \"n\": 2.0}"));
        Cells cells = new Cells(rows.getFirst());
        assertThat(cells.text("n")).contains("2.0");
        assertThat(cells.text("e")).contains("1E5");
        assertThat(cells.text("big")).contains("123456789012345678901234567890");
        assertThat(cells.text("date")).contains("2024-05-01");
        assertThat(cells.text("none")).isEmpty();
    }

    @Test
    void textIsSplitAtLineEndsAlone() throws IOException {
        List<RawRow> rows = rows(file("rows.txt", "one\u2028still\r\n\r\n two\fpage\rlast"));
        assertThat(rows.stream().map(row -> new Cells(row).text("text").orElseThrow()))
                .containsExactly("one\u2028still", "", " two\fpage", "last");
        assertThat(rows.getLast().place().number()).isEqualTo(4);
    }

    @Test
    void aFolderIsReadInTheOrderOfItsNames() throws IOException {
        file("b.jsonl", "{\"a\": 2}");
        file("a.json", "[{\"a\": 1}]");
        assertThat(rows(folder).stream().map(row -> new Cells(row).text("a").orElseThrow()))
                .containsExactly("1", "2");
        file("c.txt", "3");
        assertThatThrownBy(() -> rows(folder)).isInstanceOf(UserError.class).hasMessageContaining("several types");
        assertThatThrownBy(() -> rows(Files.createDirectory(folder.resolve("empty"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds no files");
    }

    @Test
    void nestingThatNeverEndsIsAnError() throws IOException {
        Path deep = file("rows.jsonl", "{\"a\": " + "[".repeat(100_000));
        assertThatThrownBy(() -> rows(deep)).isInstanceOf(UserError.class).hasMessageContaining("line 1");
    }
}
