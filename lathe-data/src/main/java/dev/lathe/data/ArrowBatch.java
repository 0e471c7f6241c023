package dev.lathe.data;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Type;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/**
 * Hands out the columns of one Arrow batch. Lengths and buffers of all columns lie in one list each, depth first, so
 * columns must be asked for in the order of the schema.
 */
final class ArrowBatch {
    private static final int DEEPEST = 64;

    private final ArrowStream stream;
    private final RecordBatch batch;
    private final ByteBuffer body;
    private final Map<Long, ArrowColumn> dictionaries;
    private int node;
    private int buffer;

    ArrowBatch(ArrowStream stream, RecordBatch batch, ByteBuffer body, Map<Long, ArrowColumn> dictionaries) {
        this.stream = stream;
        this.batch = batch;
        this.body = body;
        this.dictionaries = dictionaries;
    }

    int rows() {
        return count(batch.length());
    }

    /** A column of the schema; the values of one with a dictionary are looked up there. */
    ArrowColumn column(Field field) {
        return column(field, 0);
    }

    private ArrowColumn column(Field field, int depth) {
        if (field.dictionary() == null) {
            return values(field, depth);
        }
        Optional<ByteBuffer> valid = valid(length());
        ByteBuffer data = buffer();
        int width = field.dictionary().indexType() == null
                ? Integer.BYTES
                : field.dictionary().indexType().bitWidth() / Byte.SIZE;
        ArrowColumn dictionary = Optional.ofNullable(
                        dictionaries.get(field.dictionary().id()))
                .orElseThrow(() -> stream.broken("column `%s` before its dictionary".formatted(field.name())));
        return row -> missing(valid, row)
                ? new Cell.Missing()
                : dictionary.cell(Math.toIntExact(ArrowScalars.integer(data, row, width)));
    }

    /** The values themselves. */
    ArrowColumn values(Field field, int depth) {
        if (depth > DEEPEST) {
            throw stream.broken("columns nested deeper than " + DEEPEST);
        }
        int length = length();
        if (field.typeType() == Type.Null) {
            return row -> new Cell.Missing();
        }
        Optional<ByteBuffer> valid = valid(length);
        ArrowColumn present =
                switch (field.typeType()) {
                    case Type.Struct_ -> struct(field, depth);
                    case Type.List, Type.Map -> list(field, depth, offsets(length, Integer.BYTES));
                    case Type.LargeList -> list(field, depth, offsets(length, Long.BYTES));
                    case Type.FixedSizeList -> fixedList(field, depth);
                    case Type.Utf8, Type.Binary -> ArrowScalars.bytes(field, offsets(length, Integer.BYTES), buffer());
                    case Type.LargeUtf8, Type.LargeBinary ->
                        ArrowScalars.bytes(field, offsets(length, Long.BYTES), buffer());
                    default ->
                        ArrowScalars.of(field, buffer())
                                .orElseThrow(() -> stream.broken("column `%s` is of type %s, which is not read"
                                        .formatted(field.name(), Type.name(field.typeType()))));
                };
        return row -> missing(valid, row) ? new Cell.Missing() : present.cell(row);
    }

    private ArrowColumn struct(Field field, int depth) {
        Map<String, ArrowColumn> parts = new LinkedHashMap<>();
        for (int i = 0; i < field.childrenLength(); i++) {
            Field child = field.children(i);
            parts.put(String.valueOf(child.name()), column(child, depth + 1));
        }
        return row -> {
            Map<String, Cell> cells = new LinkedHashMap<>();
            parts.forEach((name, column) -> cells.put(name, column.cell(row)));
            return new Cell.Fields(cells);
        };
    }

    private ArrowColumn list(Field field, int depth, IntUnaryOperator offsets) {
        int length = count(node(node - 1).length());
        int items = count(node(node).length());
        if (length > 0 && offsets.applyAsInt(length) > items) {
            throw stream.broken("a list that ends behind its items");
        }
        ArrowColumn column = column(field.children(0), depth + 1);
        return row -> items(column, offsets.applyAsInt(row), offsets.applyAsInt(row + 1));
    }

    private ArrowColumn fixedList(Field field, int depth) {
        int each = field.type(new FixedSizeList()) instanceof FixedSizeList list ? list.listSize() : 0;
        int length = count(node(node - 1).length());
        int items = count(node(node).length());
        if (each < 0 || (long) each * length > items) {
            throw stream.broken("a list that ends behind its items");
        }
        ArrowColumn column = column(field.children(0), depth + 1);
        return row -> items(column, row * each, (row + 1) * each);
    }

    private static Cell items(ArrowColumn column, int from, int to) {
        List<Cell> cells = new ArrayList<>();
        for (int i = from; i < to; i++) {
            cells.add(column.cell(i));
        }
        return new Cell.Items(cells);
    }

    /** Where each value begins; they only ever go up, so that all lists together have no more items than there are. */
    private IntUnaryOperator offsets(int length, int width) {
        ByteBuffer data = buffer();
        if (length == 0) {
            return row -> 0;
        }
        long last = 0;
        for (int i = 0; i <= length; i++) {
            long offset = ArrowScalars.integer(data, i, width);
            if (offset < last || offset > Integer.MAX_VALUE) {
                throw stream.broken("values that overlap");
            }
            last = offset;
        }
        return row -> (int) ArrowScalars.integer(data, row, width);
    }

    private static boolean missing(Optional<ByteBuffer> valid, int row) {
        return valid.isPresent() && !ArrowScalars.bit(valid.get(), row);
    }

    /** The bits that say which values are there; none where all are. */
    private Optional<ByteBuffer> valid(int length) {
        boolean all = node(node - 1).nullCount() == 0;
        ByteBuffer bits = buffer();
        return all || bits.remaining() == 0 || length == 0 ? Optional.empty() : Optional.of(bits);
    }

    private FieldNode node(int index) {
        if (index >= batch.nodesLength()) {
            throw stream.broken("fewer columns than the schema says");
        }
        return batch.nodes(index);
    }

    private int length() {
        return count(node(node++).length());
    }

    /** A number of values, of which each takes a bit at least, unless it is nothing at all. */
    private int count(long length) {
        if (length < 0
                || length > Math.min(Integer.MAX_VALUE - 1L, Byte.SIZE * (long) body.capacity() + batch.length())) {
            throw stream.broken("%d values in %d bytes".formatted(length, body.capacity()));
        }
        return (int) length;
    }

    private ByteBuffer buffer() {
        if (buffer >= batch.buffersLength()) {
            throw stream.broken("fewer buffers than its columns need");
        }
        Buffer described = batch.buffers(buffer++);
        long from = described.offset();
        long length = described.length();
        if (from < 0 || length < 0 || from > body.capacity() - length) {
            throw stream.broken("a batch that points outside of itself");
        }
        ByteBuffer part = body.slice((int) from, (int) length).order(ByteOrder.LITTLE_ENDIAN);
        return batch.compression() == null || length == 0 ? part : unpacked(part);
    }

    private ByteBuffer unpacked(ByteBuffer packed) {
        long length = packed.getLong();
        byte[] bytes = new byte[packed.remaining()];
        packed.get(bytes);
        if (length == -1) {
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        try (InputStream in = batch.compression().codec() == CompressionType.ZSTD
                ? new ZstdInputStream(new ByteArrayInputStream(bytes))
                : new FramedLZ4CompressorInputStream(new ByteArrayInputStream(bytes))) {
            byte[] whole = length < 0 || length > Integer.MAX_VALUE - 64 ? new byte[0] : in.readNBytes((int) length);
            if (whole.length != length) {
                throw stream.broken("a packed buffer of another length than it says");
            }
            return ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw stream.broken("packed data that is broken: " + e.getMessage());
        }
    }
}
