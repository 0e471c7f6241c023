package dev.lathe.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Comma-separated values with a line of column names. Every value is the text that is written; an empty one is missing,
 * as in the reference, and so are values that a short row lacks.
 */
final class CsvRows implements RowReader {
    /** Characters of one value: far more than anything that is trained on. */
    private static final int LONGEST = 64 << 20;

    private final Path file;
    private final FileContent in;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private List<String> columns = List.of();

    CsvRows(Path file, FileContent in) {
        this.file = file;
        this.in = in;
        this.reader = CsvReader.builder()
                .allowMissingFields(true)
                .allowExtraFields(true) // told apart below, with the place
                .allowUnclosedQuote(false)
                .maxBufferSize(LONGEST)
                .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        this.records = reader.iterator();
        record().ifPresent(header -> columns = columns(header));
    }

    private List<String> columns(CsvRecord header) {
        List<String> names = header.getFields().stream()
                .map(name -> name.startsWith("\uFEFF") ? name.substring(1) : name)
                .toList();
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!name.isEmpty() && !seen.add(name)) {
                throw new UserError("%s line 1: two columns are called `%s`".formatted(file, name));
            }
        }
        return names;
    }

    @Override
    public Optional<RawRow> next() {
        return record().map(record -> new RawRow(place(record), cells(record)));
    }

    private Map<String, Cell> cells(CsvRecord record) {
        List<String> fields = record.getFields();
        if (fields.size() > columns.size()) {
            throw new UserError("%s: %d values for %d columns; a value with a comma in it must stand in quotes"
                    .formatted(place(record), fields.size(), columns.size()));
        }
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            boolean there = i < fields.size() && !fields.get(i).isEmpty();
            cells.put(columns.get(i), there ? new Cell.Text(fields.get(i)) : new Cell.Missing());
        }
        return cells;
    }

    private Place place(CsvRecord record) {
        return Place.line(file, record.getStartingLineNumber());
    }

    private Optional<CsvRecord> record() {
        try {
            return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
        } catch (CsvParseException e) {
            String reason = e.getCause() == null
                    ? e.getMessage()
                    : e.getMessage() + ": " + e.getCause().getMessage();
            throw new UserError("%s: broken quoting: %s".formatted(file, reason), e);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw new UserError("%s: not UTF-8; save it as UTF-8 and run again".formatted(file), e);
            }
            throw e;
        }
    }

    @Override
    public long bytesRead() {
        return in.taken();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
