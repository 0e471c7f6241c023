package dev.lathe.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * The rows of an Arrow file or stream, as the datasets library and pyarrow write them. One batch of rows is in memory at
 * a time.
 */
final class ArrowRows implements RowReader {
    private final Path file;
    private final FileContent in;
    private final ArrowStream stream;
    private final List<Field> fields;
    private final Map<Long, ArrowColumn> dictionaries = new HashMap<>();
    private List<ArrowColumn> columns = List.of();
    private long size;
    private long row;
    private long count;

    ArrowRows(Path file, FileContent in) {
        this.file = file;
        this.in = in;
        this.stream = new ArrowStream(file, in);
        this.fields = stream.guarded(this::schema);
    }

    private List<Field> schema() {
        ArrowStream.Part first = stream.next().orElseThrow(() -> stream.broken("it is empty"));
        if (!(first.message().headerType() == MessageHeader.Schema
                && first.message().header(new Schema()) instanceof Schema schema)) {
            throw stream.broken("it does not begin with a schema");
        }
        if (schema.endianness() != 0) {
            throw stream.broken("it is written big-endian");
        }
        List<Field> all = new ArrayList<>();
        for (int i = 0; i < schema.fieldsLength(); i++) {
            all.add(schema.fields(i));
        }
        return all;
    }

    @Override
    public Optional<RawRow> next() {
        while (row == size) {
            Optional<ArrowStream.Part> part = stream.next();
            if (part.isEmpty()) {
                return Optional.empty();
            }
            stream.guarded(() -> take(part.get()));
        }
        return Optional.of(stream.guarded(this::row));
    }

    private RawRow row() {
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            cells.put(String.valueOf(fields.get(i).name()), columns.get(i).cell((int) row));
        }
        row++;
        count++;
        return new RawRow(Place.row(file, count), cells);
    }

    private boolean take(ArrowStream.Part part) {
        return switch (part.message().headerType()) {
            case MessageHeader.RecordBatch ->
                part.message().header(new RecordBatch()) instanceof RecordBatch batch && rows(batch, part);
            case MessageHeader.DictionaryBatch ->
                part.message().header(new DictionaryBatch()) instanceof DictionaryBatch batch
                        && dictionary(batch, part);
            default -> throw stream.broken("something else where a batch of rows should be");
        };
    }

    private boolean rows(RecordBatch batch, ArrowStream.Part part) {
        ArrowBatch parts = new ArrowBatch(stream, batch, part.body(), dictionaries);
        size = parts.rows();
        row = 0;
        columns = fields.stream().map(parts::column).toList();
        return true;
    }

    private boolean dictionary(DictionaryBatch batch, ArrowStream.Part part) {
        if (batch.isDelta()) {
            throw stream.broken("a dictionary that grows; write the column as plain text");
        }
        Field values = fields.stream()
                .filter(field ->
                        field.dictionary() != null && field.dictionary().id() == batch.id())
                .findFirst()
                .orElseThrow(() -> stream.broken("a dictionary that no column uses"));
        dictionaries.put(batch.id(), new ArrowBatch(stream, batch.data(), part.body(), dictionaries).values(values, 0));
        return true;
    }

    @Override
    public long bytesRead() {
        return in.taken();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
