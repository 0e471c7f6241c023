package dev.lathe.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Rows as {@link RowWriter} wrote them, in memory or mapped from a file; only what is read takes up memory. */
final class StoredRows implements EncodedRows {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final long blocks;
    private final int size;
    private final boolean labels;

    private StoredRows(MemorySegment bytes, long blocks, int size, boolean labels) {
        this.bytes = bytes;
        this.blocks = blocks;
        this.size = size;
        this.labels = labels;
    }

    /** Maps a file; empty when it is not one of these, or is not whole. */
    static Optional<StoredRows> map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        }
    }

    /** The rows in {@code bytes}; empty when their check sum is wrong or anything points outside. */
    static Optional<StoredRows> of(MemorySegment bytes) {
        long footer = bytes.byteSize() - RowWriter.FOOTER;
        if (footer < 0
                || bytes.get(INT, footer + 16) != RowWriter.MAGIC
                || bytes.get(LONG, footer + 24) != check(bytes)) {
            return Optional.empty();
        }
        long rows = bytes.get(LONG, footer);
        long blocks = bytes.get(LONG, footer + 8);
        if (rows < 0
                || rows > Integer.MAX_VALUE
                || blocks < 0
                || blocks + (rows + RowWriter.BLOCK - 1) / RowWriter.BLOCK * Long.BYTES != footer) {
            return Optional.empty();
        }
        StoredRows stored = new StoredRows(bytes, blocks, (int) rows, bytes.get(INT, footer + 20) == 1);
        return stored.pointsInside() ? Optional.of(stored) : Optional.empty();
    }

    private boolean pointsInside() {
        for (int row = 0; row < size; row++) {
            long facts = facts(row);
            if (facts < 0 || facts > blocks - RowWriter.FACTS) {
                return false;
            }
            long start = offset(row);
            int tokens = tokens(row);
            int reason = fact(row, 20);
            long end = start + (labels ? 2L : 1L) * tokens * Integer.BYTES;
            if (start < 0
                    || start > blocks
                    || tokens < 0
                    || end > blocks
                    || !marks(row).inside(tokens)
                    || (reason != RowWriter.KEPT && DropReason.of(reason).isEmpty())) {
                return false;
            }
        }
        return true;
    }

    private static long check(MemorySegment bytes) {
        CRC32C check = new CRC32C();
        long end = bytes.byteSize() - Long.BYTES;
        for (long at = 0; at < end; at += 1 << 30) {
            check.update(bytes.asSlice(at, Math.min(1 << 30, end - at)).asByteBuffer());
        }
        return check.getValue();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Optional<DropReason> dropped(int row) {
        int reason = fact(row, 20);
        return reason == RowWriter.KEPT ? Optional.empty() : DropReason.of(reason);
    }

    @Override
    public int tokens(int row) {
        return fact(row, 8);
    }

    @Override
    public int supervised(int row) {
        return fact(row, 12);
    }

    @Override
    public int lost(int row) {
        return fact(row, 16);
    }

    @Override
    public Marks marks(int row) {
        return new Marks(fact(row, 24), fact(row, 28), fact(row, 32) == 1, fact(row, 36));
    }

    @Override
    public void ids(int row, int[] target, int at) {
        MemorySegment.copy(bytes, INT, offset(row), target, at, tokens(row));
    }

    @Override
    public void labels(int row, int[] target, int at) {
        int tokens = tokens(row);
        long skipped = labels ? (long) tokens * Integer.BYTES : 0;
        MemorySegment.copy(bytes, INT, offset(row) + skipped, target, at, tokens);
    }

    private long offset(int row) {
        return bytes.get(LONG, facts(row));
    }

    private int fact(int row, int at) {
        return bytes.get(INT, facts(row) + at);
    }

    private long facts(int row) {
        long block = bytes.get(LONG, blocks + (long) (row / RowWriter.BLOCK) * Long.BYTES);
        return block + (long) (row % RowWriter.BLOCK) * RowWriter.FACTS;
    }
}
