package dev.lathe.model.file;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a dict of tensors as {@code torch.save} does since 1.6: an uncompressed zip of a pickle and a file for each
 * storage, which begins at a multiple of 64 bytes, as torch's own do.
 */
record TorchZipWriter(SafeFiles files) {
    private static final int ALIGNMENT = 64;
    private static final int LOCAL_HEADER = 30;
    private static final int EXTRA_HEADER = 4;
    private static final int CHUNK = 1 << 20;

    /** The same bytes every time. Java adds a field to the header of an earlier one. */
    private static final LocalDateTime ANY_TIME = LocalDateTime.of(1981, 1, 1, 0, 0);

    /** @param tensors whose data is read twice. Throws {@link UserError} on a full disk. */
    void write(Path target, List<TensorSource> tensors) {
        files.write(target, out -> {
            Archive archive = new Archive(Channels.newOutputStream(out));
            byte[] pickle =
                    StatePickle.of(tensors.stream().map(TensorSource::spec).toList());
            archive.add("archive/data.pkl", MemorySegment.ofArray(pickle));
            archive.add("archive/byteorder", ascii("little"));
            for (int i = 0; i < tensors.size(); i++) {
                archive.add("archive/data/" + i, tensors.get(i).data().get());
            }
            archive.add("archive/version", ascii("3\n"));
            archive.zip.finish();
        });
    }

    private static MemorySegment ascii(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class Archive {
        private final ZipOutputStream zip;
        private final byte[] buffer = new byte[CHUNK];
        private long written;

        Archive(OutputStream out) {
            zip = new ZipOutputStream(out, StandardCharsets.US_ASCII);
        }

        void add(String name, MemorySegment data) throws IOException {
            ZipEntry entry = new ZipEntry(name);
            entry.setMethod(ZipEntry.STORED);
            entry.setTimeLocal(ANY_TIME);
            entry.setSize(data.byteSize());
            entry.setCompressedSize(data.byteSize());
            CRC32 sum = new CRC32();
            each(data, sum::update);
            entry.setCrc(sum.getValue());
            byte[] padding = padding(name);
            entry.setExtra(padding);
            zip.putNextEntry(entry);
            each(data, zip::write);
            zip.closeEntry();
            written += LOCAL_HEADER + name.length() + padding.length + data.byteSize();
        }

        /** An extra field, FB as torch's, that fills up to where the data is to begin. */
        private byte[] padding(String name) {
            int fill = Math.floorMod(-(written + LOCAL_HEADER + name.length() + EXTRA_HEADER), ALIGNMENT);
            return ByteBuffer.allocate(EXTRA_HEADER + fill)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 'F')
                    .put((byte) 'B')
                    .putShort((short) fill)
                    .array();
        }

        private void each(MemorySegment data, Chunk use) throws IOException {
            for (long at = 0; at < data.byteSize(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, data.byteSize() - at);
                MemorySegment.copy(data, at, MemorySegment.ofArray(buffer), 0, length);
                use.accept(buffer, 0, length);
            }
        }
    }

    @FunctionalInterface
    private interface Chunk {
        void accept(byte[] bytes, int from, int length) throws IOException;
    }
}
