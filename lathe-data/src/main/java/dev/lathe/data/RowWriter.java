package dev.lathe.data;

import dev.lathe.base.SafeFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the file that {@link StoredRows} maps, without ever holding more than a block of it. Little-endian: for every
 * kept row its ids and, where they differ from them, its labels (32 bits each); after each block of rows, 40 bytes of
 * facts for each of them (offset of its ids, tokens, supervised, lost, reason, four marks); at the end the offset of every block's
 * facts, then 32 bytes: rows, offset of that list, magic number and flags, CRC-32C of all before it.
 */
final class RowWriter {
    static final int FACTS = 40;
    static final int BLOCK = 4096;
    static final int FOOTER = 32;
    static final int MAGIC = 0x4c524f33; // LRO3
    static final int KEPT = -1;

    private final WritableByteChannel out;
    private final boolean labels;
    private final CRC32C check = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer facts = ByteBuffer.allocate(BLOCK * FACTS).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Long> blocks = new ArrayList<>();
    private long written;
    private long rows;

    /** @param labels whether labels are written too */
    RowWriter(WritableByteChannel out, boolean labels) {
        this.out = out;
        this.labels = labels;
    }

    void add(Encoded row) throws IOException {
        rows++;
        switch (row) {
            case Encoded.Kept(int[] ids, int[] rowLabels, int lost, Marks marks) -> {
                fact(ids.length, supervised(rowLabels), lost, KEPT, marks);
                ints(ids);
                if (labels) {
                    ints(rowLabels);
                }
            }
            case Encoded.Dropped(DropReason reason) -> fact(0, 0, 0, reason.code(), Marks.NONE);
        }
    }

    /** Writes what {@link #add} could not write yet. */
    void finish() throws IOException {
        if (facts.position() > 0) {
            writeFacts();
        }
        long start = written;
        for (long block : blocks) {
            if (buffer.remaining() < Long.BYTES) {
                flush();
            }
            buffer.putLong(block);
        }
        flush();
        buffer.putLong(rows).putLong(start).putInt(MAGIC).putInt(labels ? 1 : 0);
        flush();
        buffer.putLong(check.getValue());
        flush();
    }

    private void fact(int tokens, int supervised, int lost, int reason, Marks marks) throws IOException {
        if (!facts.hasRemaining()) {
            writeFacts();
        }
        facts.putLong(written).putInt(tokens).putInt(supervised).putInt(lost).putInt(reason);
        facts.putInt(marks.first())
                .putInt(marks.second())
                .putInt(marks.good() ? 1 : 0)
                .putInt(marks.whole());
    }

    private void writeFacts() throws IOException {
        flush();
        blocks.add(written);
        facts.flip();
        written += facts.remaining();
        send(facts);
        facts.clear();
    }

    private void ints(int[] values) throws IOException {
        for (int value : values) {
            if (buffer.remaining() < Integer.BYTES) {
                flush();
            }
            buffer.putInt(value);
        }
        written += (long) Integer.BYTES * values.length;
    }

    private void flush() throws IOException {
        buffer.flip();
        send(buffer);
        buffer.clear();
    }

    private void send(ByteBuffer bytes) throws IOException {
        check.update(bytes.duplicate());
        SafeFiles.writeFully(out, bytes);
    }

    private static int supervised(int[] labels) {
        int count = 0;
        for (int label : labels) {
            count += label == Sample.IGNORED ? 0 : 1;
        }
        return count;
    }
}
