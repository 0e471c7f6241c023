package dev.lathe.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * A GGUF file's tensors under given names, all in one floating type. What is stored in that type and order already
 * stays mapped; the rest is dequantised to fp32 row by row and rounded to the type, nearest even.
 */
final class GgufWeights implements PackedRowFile {
    /** Numbers that are worth a thread's while. */
    private static final int PART = 1 << 16;

    private final MappedFile file;
    private final GgufHeader header;
    private final DType dtype;
    private final Map<String, Source> sources;

    /**
     * A tensor of the file, and in how many heads its rows are interleaved for llama.cpp's rotary embedding (0: not at
     * all).
     */
    record Source(GgufHeader.Tensor tensor, int interleavedHeads) {
        /** Which row of the file is the given row: llama.cpp keeps the two halves of a head alternating. */
        long stored(long row) {
            if (interleavedHeads == 0) {
                return row;
            }
            long headRows = tensor.shape()[0] / interleavedHeads;
            long inHead = row % headRows;
            long half = headRows / 2;
            return row - inHead + inHead % half * 2 + inHead / half;
        }
    }

    GgufWeights(MappedFile file, GgufHeader header, DType dtype, Map<String, Source> sources) {
        if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("weights of a GGUF file come as F32, F16 or BF16, not " + dtype);
        }
        this.file = file;
        this.header = header;
        this.dtype = dtype;
        this.sources = sources;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(sources.keySet());
    }

    @Override
    public TensorSpec spec(String name) {
        return new TensorSpec(name, dtype, source(name).tensor().shape());
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        Source source = source(name);
        GgufHeader.Tensor tensor = source.tensor();
        GgufRows.Reader reader = tensor.type()
                .rows()
                .orElseThrow(() -> new UserError(
                        "%s: tensor %s is stored as %s, which cannot be read yet. Types that can: %s. Get the model in one of those, or as safetensors."
                                .formatted(file.path(), tensor.name(), tensor.type(), GgufType.readable())));
        MemorySegment stored = stored(name).getFirst();
        if (tensor.type().name().equals(dtype.name()) && source.interleavedHeads() == 0) {
            return new StoredTensor(name, dtype, tensor.shape(), stored);
        }
        TensorSpec spec = spec(name);
        MemorySegment data = computed.allocate(spec.bytes(), dtype.bytes());
        convert(source, reader, stored, data);
        return new StoredTensor(name, dtype, tensor.shape(), data);
    }

    @Override
    public List<MemorySegment> stored(String name) {
        GgufHeader.Tensor tensor = source(name).tensor();
        return List.of(file.bytes().asSlice(tensor.start(), tensor.bytes()));
    }

    @Override
    public Optional<PackedRows> packed(String name) {
        Source source = source(name);
        GgufHeader.Tensor tensor = source.tensor();
        boolean quantised = tensor.shape().length == 2 && tensor.type().blockLength() > 1;
        return quantised
                ? tensor.type()
                        .rows()
                        .map(reader -> new Blocks(source, reader, file.bytes().asSlice(tensor.start(), tensor.bytes())))
                : Optional.empty();
    }

    private record Blocks(Source source, GgufRows.Reader reader, MemorySegment stored) implements PackedRows {
        @Override
        public String storage() {
            return source.tensor().type().name();
        }

        @Override
        public long rows() {
            return source.tensor().shape()[0];
        }

        @Override
        public int length() {
            return Math.toIntExact(source.tensor().rowLength());
        }

        @Override
        public long bytes() {
            return stored.byteSize();
        }

        @Override
        public MemorySegment blocks() {
            return stored;
        }

        @Override
        public long at(long row) {
            return source.stored(row) * rowBytes();
        }

        private int rowBytes() {
            return Math.toIntExact(stored.byteSize() / Math.max(1, rows()));
        }

        @Override
        public void row(long row, float[] to) {
            byte[] bytes = new byte[rowBytes()];
            MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, at(row), bytes, 0, bytes.length);
            reader.read(bytes, to, length());
        }
    }

    /**
     * Each row by itself, on as many threads as an operation uses. They are Java's, not the workers', which a part of their
     * own work cannot enter again: whoever asks for a tensor need not know whether they are one (docs/adr/0007).
     */
    private void convert(Source source, GgufRows.Reader reader, MemorySegment stored, MemorySegment data) {
        // A permuted vector (a bias) is so many rows of one number.
        boolean vector = source.tensor().shape().length == 1 && source.interleavedHeads() > 0;
        int length = vector ? 1 : Math.toIntExact(source.tensor().rowLength());
        long rows = length == 0 ? 0 : TensorSpec.elements(source.tensor().shape()) / length;
        long together = Math.max(1, PART / Math.max(1, length));
        long parts = Math.ceilDiv(rows, together);
        AtomicLong next = new AtomicLong();
        LongStream.range(0, Math.min(parts, Torch.threads())).parallel().forEach(thread -> {
            GgufConversion conversion = new GgufConversion(source, reader, stored, data, dtype, length);
            for (long part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                conversion.convert(part * together, Math.min(rows, (part + 1) * together));
            }
        });
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : header.metadata().properties()) {
            if (field.getValue().isValueNode()) {
                texts.put(field.getKey(), field.getValue().asText());
            }
        }
        return texts;
    }

    @Override
    public void forget() {
        file.forget();
    }

    @Override
    public void close() {
        file.close();
    }

    private Source source(String name) {
        Source source = sources.get(name);
        if (source == null) {
            throw StoredTensor.missing(file.path().toString(), name, names());
        }
        return source;
    }
}
