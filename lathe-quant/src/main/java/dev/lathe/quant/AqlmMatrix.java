package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sums of vectors from codebooks (Egiazarian et al. 2024, arXiv:2401.06118): a patch of {@code outGroup x inGroup} numbers is
 * the sum of one vector of each codebook, times the scale of its rows.
 *
 * @param codes [out / outGroup, in / inGroup, books], of {@code codeBytes} bytes each
 * @param codebooks [books, size, outGroup, inGroup], size a power of two
 * @param scales [out / outGroup]
 */
record AqlmMatrix(
        MemorySegment codes,
        int codeBytes,
        Numbers codebooks,
        int books,
        int size,
        Numbers scales,
        int outGroup,
        int inGroup,
        long out,
        long in)
        implements PackedMatrix {
    @Override
    public void row(long row, float[] to) {
        long group = row / outGroup;
        int inGroups = (int) (in / inGroup);
        float scale = scales.get(group);
        for (int j = 0; j < inGroups; j++) {
            for (int i = 0; i < inGroup; i++) {
                to[j * inGroup + i] = 0;
            }
            for (int book = 0; book < books; book++) {
                long vector = (long) book * size + code((group * inGroups + j) * books + book);
                long at = (vector * outGroup + row % outGroup) * inGroup;
                for (int i = 0; i < inGroup; i++) {
                    to[j * inGroup + i] += codebooks.get(at + i);
                }
            }
            for (int i = 0; i < inGroup; i++) {
                to[j * inGroup + i] *= scale;
            }
        }
    }

    /** Stored in two's complement, whose low bits are the code. */
    private int code(long index) {
        int stored =
                switch (codeBytes) {
                    case 1 -> codes.get(ValueLayout.JAVA_BYTE, index);
                    case 2 -> codes.get(PackedBytes.SHORT, 2 * index);
                    default -> codes.get(PackedBytes.INT, 4 * index);
                };
        return stored & size - 1;
    }

    @Override
    public long bytes() {
        return codes.byteSize() + codebooks.data().byteSize() + scales.data().byteSize();
    }
}
