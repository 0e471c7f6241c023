package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes safetensors files, byte for byte as the safetensors library would: the widest types first, then by name, the
 * header padded with spaces to a multiple of eight. One tensor at a time is asked for and written.
 */
public record SafetensorsWriter(SafeFiles files) {
    private static final Map<String, String> FROM_TORCH = Map.of("format", "pt");

    /** Java's channels copy heap memory through a buffer that each thread keeps: this bounds it. */
    private static final long CHUNK = 1 << 20;

    /** The library's order: by alignment, widest first. */
    private static final List<DType> ORDER = List.of(
            DType.U64,
            DType.I64,
            DType.F64,
            DType.F32,
            DType.U32,
            DType.I32,
            DType.BF16,
            DType.F16,
            DType.U16,
            DType.I16,
            DType.F8_E8M0,
            DType.F8_E4M3,
            DType.F8_E5M2,
            DType.I8,
            DType.U8,
            DType.BOOL);

    private static final Comparator<TensorSource> LAYOUT = Comparator.comparingInt(
                    (TensorSource tensor) -> ORDER.indexOf(tensor.spec().dtype()))
            .thenComparing(tensor -> tensor.spec().name(), SafetensorsWriter::compareUtf8);

    /** Writes one file that says it came from torch, as every reader expects. Throws {@link UserError} on a full disk. */
    public void write(Path target, List<TensorSource> tensors) {
        write(target, tensors, FROM_TORCH);
    }

    /** Writes one file; names must be distinct. Throws {@link UserError} on a full disk. */
    public void write(Path target, List<TensorSource> tensors, Map<String, String> metadata) {
        List<TensorSource> sorted = tensors.stream().sorted(LAYOUT).toList();
        byte[] header = header(sorted, metadata);
        files.write(target, out -> {
            SafeFiles.writeFully(
                    out,
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            SafeFiles.writeFully(out, ByteBuffer.wrap(header));
            for (TensorSource tensor : sorted) {
                writeData(out, tensor);
            }
        });
    }

    private static byte[] header(List<TensorSource> sorted, Map<String, String> metadata) {
        ObjectNode header = Json.object();
        if (!metadata.isEmpty()) {
            metadata.forEach(header.putObject("__metadata__")::put);
        }
        Set<String> names = new HashSet<>(Set.of("__metadata__"));
        long end = 0;
        for (TensorSource tensor : sorted) {
            TensorSpec spec = tensor.spec();
            if (!names.add(spec.name())) {
                throw new IllegalArgumentException("two tensors are named " + spec.name());
            }
            ObjectNode entry =
                    header.putObject(spec.name()).put("dtype", spec.dtype().safetensors());
            ArrayNode shape = entry.putArray("shape");
            for (long dimension : spec.shape()) {
                shape.add(dimension);
            }
            entry.putArray("data_offsets").add(end).add(end + spec.bytes());
            end += spec.bytes();
        }
        String json = Json.compact(header);
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat(Math.floorMod(-bytes, 8))).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeData(WritableByteChannel out, TensorSource tensor) throws IOException {
        MemorySegment data = tensor.data().get();
        if (data.byteSize() != tensor.spec().bytes()) {
            throw new IllegalArgumentException("%s needs %d bytes, but %d were given"
                    .formatted(tensor.spec().name(), tensor.spec().bytes(), data.byteSize()));
        }
        for (long at = 0; at < data.byteSize(); at += CHUNK) {
            long length = Math.min(CHUNK, data.byteSize() - at);
            SafeFiles.writeFully(out, data.asSlice(at, length).asByteBuffer());
        }
    }

    /** The library compares names as bytes; Java's strings compare by UTF-16 units, which differs beyond U+FFFF. */
    private static int compareUtf8(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
