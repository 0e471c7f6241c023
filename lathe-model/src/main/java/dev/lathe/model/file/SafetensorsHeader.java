package dev.lathe.model.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The header of a safetensors file: eight bytes of length, then JSON. Everything in it is checked against the file
 * before any of it is used, by the rules of the safetensors library: tensors in range, as long as dtype and shape say,
 * and covering the rest of the file with neither gap nor overlap.
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {
    /** The safetensors library's own bound. */
    private static final long MAX_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Map<String, DType> DTYPES =
            Arrays.stream(DType.values()).collect(Collectors.toUnmodifiableMap(DType::safetensors, dtype -> dtype));

    /** A tensor and where in the file it stands. */
    record Entry(TensorSpec spec, long start, long length) {}

    static SafetensorsHeader of(MappedFile file) {
        return new Parser(file.path(), file.bytes()).parse();
    }

    private record Parser(Path path, MemorySegment file) {
        SafetensorsHeader parse() {
            if (file.byteSize() < 8) {
                throw bad(
                        "it has %,d bytes, too few for a header: the download was cut off. %s", file.byteSize(), AGAIN);
            }
            long length = file.get(LENGTH, 0);
            if (length < 2 || length > MAX_HEADER) {
                throw bad("this is not a safetensors file: its first eight bytes give no sensible header length");
            }
            if (length > file.byteSize() - 8) {
                throw bad(
                        "its header alone needs %,d bytes, the file has %,d: the download was cut off. %s",
                        length + 8, file.byteSize(), AGAIN);
            }
            JsonNode header = json(file.asSlice(8, length));
            long data = 8 + length;
            Map<String, String> metadata = new LinkedHashMap<>();
            List<Entry> entries = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : header.properties()) {
                if (field.getKey().equals("__metadata__")) {
                    metadata.putAll(metadata(field.getValue()));
                } else {
                    entries.add(entry(field.getKey(), field.getValue(), data));
                }
            }
            entries.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::length));
            checkCover(entries, data);
            Map<String, Entry> tensors = new LinkedHashMap<>();
            entries.forEach(entry -> tensors.put(entry.spec().name(), entry));
            return new SafetensorsHeader(metadata, tensors);
        }

        private JsonNode json(MemorySegment header) {
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(header.toArray(ValueLayout.JAVA_BYTE)))
                        .toString();
                JsonNode node = Json.MAPPER
                        .readerFor(JsonNode.class)
                        .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .readTree(text);
                if (!node.isObject()) {
                    throw bad("its header is not a JSON object");
                }
                return node;
            } catch (CharacterCodingException e) {
                throw bad("its header is not UTF-8 text");
            } catch (JsonProcessingException e) {
                throw bad("its header is malformed JSON: %s", e.getOriginalMessage());
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            Map<String, String> metadata = new LinkedHashMap<>();
            if (!node.isObject()) {
                throw bad("__metadata__ in its header is not an object");
            }
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                if (!field.getValue().isTextual()) {
                    throw bad("__metadata__ in its header holds something other than text at %s", field.getKey());
                }
                metadata.put(field.getKey(), field.getValue().textValue());
            }
            return metadata;
        }

        private Entry entry(String name, JsonNode node, long data) {
            DType dtype = DTYPES.get(node.path("dtype").asText());
            if (dtype == null) {
                throw bad(
                        "tensor %s is of type %s; the readable types are %s",
                        name, node.path("dtype"), Arrays.toString(DType.values()));
            }
            long[] shape = naturals(name, "shape", node.path("shape"));
            long[] offsets = naturals(name, "data_offsets", node.path("data_offsets"));
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw bad("data_offsets of tensor %s are not a start and an end", name);
            }
            TensorSpec spec = new TensorSpec(name, dtype, shape);
            long length = offsets[1] - offsets[0];
            if (bytes(spec) != length) {
                throw bad(
                        "tensor %s is %s of shape %s, which needs %,d bytes, but has %,d",
                        name, dtype, Arrays.toString(shape), bytes(spec), length);
            }
            if (offsets[1] > Long.MAX_VALUE - data) {
                throw bad("data_offsets of tensor %s are out of all bounds", name);
            }
            return new Entry(spec, data + offsets[0], length);
        }

        private long bytes(TensorSpec spec) {
            try {
                return spec.bytes();
            } catch (ArithmeticException e) {
                throw bad("the shape %s of tensor %s is out of all bounds", Arrays.toString(spec.shape()), spec.name());
            }
        }

        private long[] naturals(String name, String key, JsonNode node) {
            boolean valid = node.isArray();
            for (JsonNode number : node) {
                valid = valid && number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0;
            }
            if (!valid) {
                throw bad("%s of tensor %s are not natural numbers", key, name);
            }
            long[] numbers = new long[node.size()];
            Arrays.setAll(numbers, i -> node.get(i).longValue());
            return numbers;
        }

        private void checkCover(List<Entry> sorted, long data) {
            long end = data;
            for (Entry entry : sorted) {
                if (entry.start() != end) {
                    throw bad(
                            "tensor %s starts at byte %,d where %,d was expected: %s",
                            entry.spec().name(),
                            entry.start(),
                            end,
                            entry.start() < end ? "tensors overlap" : "there is a gap");
                }
                end += entry.length();
            }
            if (end > file.byteSize()) {
                throw bad(
                        "its header says %,d bytes, the file has %,d: the download was cut off. %s",
                        end, file.byteSize(), AGAIN);
            }
            if (end < file.byteSize()) {
                throw bad(
                        "its header says %,d bytes, the file has %,d: something was written behind its end. %s",
                        end, file.byteSize(), AGAIN);
            }
        }

        private UserError bad(String reason, Object... arguments) {
            return new UserError(path + ": " + String.format(Locale.ROOT, reason, arguments));
        }
    }

    private static final String AGAIN = "Delete the file and fetch it again.";
}
