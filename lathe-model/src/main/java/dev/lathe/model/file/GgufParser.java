package dev.lathe.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the header of a GGUF file (versions 2 and 3) from front to back. Every count is checked against the bytes that
 * are left, and all values together are bounded, before anything is allocated for them.
 */
final class GgufParser {
    /** Six times what the largest vocabularies need. */
    private static final long MAX_VALUES = 8 << 20;

    private static final int MAX_STRING = 64 << 20;
    private static final int MAX_KEY = 65_535;
    private static final int MAX_DIMENSIONS = 4;
    private static final int MAX_NESTING = 4;
    private static final int MAX_ROW = 256 << 20;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private final MemorySegment bytes;
    private long at;
    private long values;

    GgufParser(MappedFile file) {
        this.file = file;
        this.bytes = file.bytes();
    }

    GgufHeader parse() {
        checkMagic();
        long tensors = count(i64(), 24, "tensors");
        long keys = count(i64(), 13, "keys");
        ObjectNode metadata = Json.object();
        for (long i = 0; i < keys; i++) {
            String key = text(MAX_KEY);
            if (metadata.has(key)) {
                throw bad("the key %s stands in it twice", key);
            }
            metadata.set(key, value(i32(), 0));
        }
        Map<String, GgufHeader.Tensor> found = new LinkedHashMap<>();
        for (long i = 0; i < tensors; i++) {
            GgufHeader.Tensor tensor = tensor();
            if (found.put(tensor.name(), tensor) != null) {
                throw bad("tensor %s stands in it twice", tensor.name());
            }
        }
        return new GgufHeader(metadata, place(found, alignment(metadata)));
    }

    private void checkMagic() {
        byte[] magic = new byte[4];
        for (int i = 0; i < 4; i++) {
            magic[i] = i8();
        }
        if (!new String(magic, StandardCharsets.ISO_8859_1).equals("GGUF")) {
            throw bad(
                    "this is not a GGUF file: it starts with the bytes %02x %02x %02x %02x, not with \"GGUF\"",
                    magic[0], magic[1], magic[2], magic[3]);
        }
        int version = i32();
        if (version == 0x02000000 || version == 0x03000000) {
            throw bad(
                    "it is a big-endian GGUF file; only little-endian ones can be read. Convert it again on this machine.");
        }
        if (version != 2 && version != 3) {
            throw bad(
                    "it is GGUF version %s; versions 2 and 3 can be read. Convert the model again with a current llama.cpp.",
                    Integer.toUnsignedString(version));
        }
    }

    private long alignment(ObjectNode metadata) {
        JsonNode alignment = metadata.path("general.alignment");
        if (alignment.isMissingNode()) {
            return 32;
        }
        long value = alignment.isIntegralNumber() ? alignment.longValue() : 0;
        if (value < 1 || value > 1 << 20 || Long.bitCount(value) != 1) {
            throw bad("general.alignment is %s, which is no sensible power of two", alignment);
        }
        return value;
    }

    /** A tensor whose start still counts from the beginning of the data. */
    private GgufHeader.Tensor tensor() {
        String name = text(MAX_KEY);
        int dimensions = i32();
        if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
            throw bad("tensor %s has %s dimensions", name, Integer.toUnsignedString(dimensions));
        }
        long[] shape = new long[dimensions];
        for (int i = dimensions - 1; i >= 0; i--) {
            shape[i] = i64();
            if (shape[i] < 0) {
                throw bad("a dimension of tensor %s is out of all bounds", name);
            }
        }
        int id = i32();
        GgufType type = GgufType.of(id)
                .orElseThrow(() -> bad(
                        "tensor %s is stored as ggml type %s, which is not known here. Types that can be read: %s.",
                        name, Integer.toUnsignedString(id), GgufType.readable()));
        long start = i64();
        if (start < 0) {
            throw bad("the offset of tensor %s is out of all bounds", name);
        }
        return new GgufHeader.Tensor(name, type, shape, start, length(name, type, shape));
    }

    private long length(String name, GgufType type, long[] shape) {
        try {
            long row = shape.length == 0 ? 1 : shape[shape.length - 1];
            if (row > MAX_ROW) {
                throw bad("a row of tensor %s has %,d numbers, more than any model has", name, row);
            }
            if (row % type.blockLength() != 0) {
                throw bad("a row of tensor %s has %,d numbers, which is no whole number of %s blocks", name, row, type);
            }
            return type.bytes(TensorSpec.elements(shape));
        } catch (ArithmeticException e) {
            throw bad("the shape %s of tensor %s is out of all bounds", Arrays.toString(shape), name);
        }
    }

    private Map<String, GgufHeader.Tensor> place(Map<String, GgufHeader.Tensor> tensors, long alignment) {
        long data = (at + alignment - 1) / alignment * alignment;
        Map<String, GgufHeader.Tensor> placed = new LinkedHashMap<>();
        long end = data;
        for (GgufHeader.Tensor tensor : tensors.values()) {
            if (tensor.start() % alignment != 0 || tensor.start() > Long.MAX_VALUE - data - tensor.bytes()) {
                throw bad("the offset of tensor %s is out of all bounds or not aligned", tensor.name());
            }
            long start = data + tensor.start();
            end = Math.max(end, start + tensor.bytes());
            placed.put(
                    tensor.name(),
                    new GgufHeader.Tensor(tensor.name(), tensor.type(), tensor.shape(), start, tensor.bytes()));
        }
        if (end > bytes.byteSize() && !tensors.isEmpty()) {
            throw bad(
                    "its header says %,d bytes, the file has %,d: the download was cut off. Delete the file and fetch it again.",
                    end, bytes.byteSize());
        }
        return placed;
    }

    private JsonNode value(int type, int nesting) {
        values++;
        return switch (type) {
            case 0 -> LongNode.valueOf(Byte.toUnsignedLong(i8()));
            case 1 -> LongNode.valueOf(i8());
            case 2 -> LongNode.valueOf(Short.toUnsignedLong(i16()));
            case 3 -> LongNode.valueOf(i16());
            case 4 -> LongNode.valueOf(Integer.toUnsignedLong(i32()));
            case 5 -> LongNode.valueOf(i32());
            case 6 -> {
                // The shortest decimal of the float: 1e-5 stays 1e-5 in config.json.
                float number = Float.intBitsToFloat(i32());
                yield Float.isFinite(number)
                        ? decimal(Float.toString(number))
                        : TextNode.valueOf(Float.toString(number));
            }
            case 7 -> BooleanNode.valueOf(i8() != 0);
            case 8 -> TextNode.valueOf(text(MAX_STRING));
            case 9 -> array(nesting + 1);
            case 10 -> {
                long number = i64();
                yield number >= 0
                        ? LongNode.valueOf(number)
                        : BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(number)));
            }
            case 11 -> LongNode.valueOf(i64());
            case 12 -> {
                double number = Double.longBitsToDouble(i64());
                yield Double.isFinite(number)
                        ? decimal(Double.toString(number))
                        : TextNode.valueOf(Double.toString(number));
            }
            default -> throw bad("a value is of type %s, which GGUF does not know", Integer.toUnsignedString(type));
        };
    }

    private static DecimalNode decimal(String number) {
        return DecimalNode.valueOf(new BigDecimal(number));
    }

    private ArrayNode array(int nesting) {
        if (nesting > MAX_NESTING) {
            throw bad("its arrays are nested too deeply");
        }
        int type = i32();
        long count = count(i64(), type == 8 || type == 9 ? 8 : 1, "values in an array");
        ArrayNode array = Json.MAPPER.createArrayNode();
        for (long i = 0; i < count; i++) {
            array.add(value(type, nesting));
        }
        return array;
    }

    /** A count of things that take at least so many bytes each. */
    private long count(long count, int leastBytes, String what) {
        if (count < 0 || count > MAX_VALUES - values) {
            throw bad("%s %s are more than any model has", Long.toUnsignedString(count), what);
        }
        require(count * leastBytes);
        return count;
    }

    private String text(int limit) {
        long length = i64();
        if (length < 0 || length > limit) {
            throw bad("a text of %s bytes is longer than any model has", Long.toUnsignedString(length));
        }
        require(length);
        byte[] text = bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        at += length;
        return new String(text, StandardCharsets.UTF_8);
    }

    private byte i8() {
        require(1);
        return bytes.get(ValueLayout.JAVA_BYTE, at++);
    }

    private short i16() {
        require(2);
        at += 2;
        return bytes.get(SHORT, at - 2);
    }

    private int i32() {
        require(4);
        at += 4;
        return bytes.get(INT, at - 4);
    }

    private long i64() {
        require(8);
        at += 8;
        return bytes.get(LONG, at - 8);
    }

    private void require(long length) {
        if (length > bytes.byteSize() - at) {
            throw bad(
                    "its header goes on beyond the end of the file at %,d bytes: the download was cut off. Delete the file and fetch it again.",
                    bytes.byteSize());
        }
    }

    private UserError bad(String reason, Object... arguments) {
        return new UserError(file.path() + ": " + String.format(Locale.ROOT, reason, arguments));
    }
}
