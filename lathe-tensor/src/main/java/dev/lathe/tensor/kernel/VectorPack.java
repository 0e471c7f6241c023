package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link PackKernel} with vectors of pairs. A square of as many rows as a vector has lanes is turned by exchanging, between
 * rows 1, 2, 4, 8 apart, the lanes that lie that far apart: 0.15 ns a pair where single numbers take 0.9 (Sapphire Rapids).
 */
record VectorPack() implements PackKernel {
    private static final int N = Lanes.N;
    // A lane's partner 1, 2 or 4 away, and lanes in the upper half of a pair. Constants, or C2 would make them anew.
    private static final VectorShuffle<Integer> AWAY_1 = partners(1);
    private static final VectorShuffle<Integer> AWAY_2 = partners(2);
    private static final VectorShuffle<Integer> AWAY_4 = partners(4);
    private static final VectorMask<Integer> UPPER_1 = upper(1);
    private static final VectorMask<Integer> UPPER_2 = upper(2);
    private static final VectorMask<Integer> UPPER_4 = upper(4);

    private static VectorShuffle<Integer> partners(int distance) {
        return VectorShuffle.fromOp(Lanes.I, lane -> (lane ^ distance) % N);
    }

    private static VectorMask<Integer> upper(int distance) {
        boolean[] upper = new boolean[N];
        for (int i = 0; i < N; i++) {
            upper[i] = (i & distance) != 0;
        }
        return VectorMask.fromArray(Lanes.I, upper, 0);
    }

    @Override
    public void pair(Matrix matrix, MemorySegment pairs, long stride) {
        int whole = matrix.width() & -N;
        long even = matrix.rows() & -2;
        for (long r = 0; r < even; r += 2) {
            pair(matrix.data(), matrix.offset(r, 0), matrix.offset(r + 1, 0), whole, pairs, r / 2 * stride);
        }
        ScalarPack.pair(matrix, even, 0, pairs, stride);
        ScalarPack.pair(matrix, 0, whole, pairs, stride);
    }

    private static void pair(MemorySegment data, long upper, long lower, int count, MemorySegment pairs, long at) {
        for (int i = 0; i < count; i += N) {
            IntVector a = (IntVector) ShortVector.fromMemorySegment(Lanes.S, data, upper + 2L * i, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0);
            IntVector b = (IntVector) ShortVector.fromMemorySegment(Lanes.S, data, lower + 2L * i, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0);
            a.or(b.lanewise(VectorOperators.LSHL, 16)).intoMemorySegment(pairs, (at + i) * Integer.BYTES, Lanes.ORDER);
        }
    }

    @Override
    public void pairTurned(Matrix matrix, MemorySegment pairs, long stride) {
        long rows = matrix.rows() & -N;
        int columns = matrix.width() & -(2 * N);
        int pitch = Math.toIntExact(ProductPart.oddLines(columns / 2));
        int[] some = new int[N * pitch];
        for (long r = 0; r < rows; r += N) {
            read(matrix, r, columns / 2, some, pitch);
            for (int c = 0; c < columns / 2; c += N) {
                turn(some, c, pitch, pairs, (c * stride + r) * Integer.BYTES, stride * Integer.BYTES);
            }
        }
        ScalarPack.pairTurned(matrix, 0, columns, matrix.columns(), pairs, stride);
        ScalarPack.pairTurned(matrix, rows, 0, columns, pairs, stride);
    }

    /** Row after row, since a processor fetches ahead what is read so: squares of a cold matrix take four times as long. */
    private static void read(Matrix matrix, long row, int pairs, int[] some, int pitch) {
        for (int i = 0; i < N; i++) {
            long at = matrix.offset(row + i, 0);
            for (int c = 0; c < pairs; c += N) {
                IntVector.fromMemorySegment(Lanes.I, matrix.data(), at + (long) c * Integer.BYTES, Lanes.ORDER)
                        .intoArray(some, i * pitch + c);
            }
        }
    }

    @Override
    public void turn(Matrix matrix, Matrix turned) {
        long rows = matrix.rows() & -(2 * N);
        int columns = matrix.width() & -N;
        int[] square = new int[N * N];
        for (int c = 0; c < columns; c += N) {
            for (long r = 0; r < rows; r += 2 * N) {
                readPairs(matrix.data(), matrix.offset(r, c), matrix.rowStride() * Short.BYTES, square);
                turn(square, 0, N, turned.data(), turned.offset(c, r), turned.rowStride() * Short.BYTES);
            }
        }
        ScalarPack.turn(matrix, rows, 0, columns, turned);
        ScalarPack.turn(matrix, 0, columns, matrix.columns(), turned);
    }

    private static void readPairs(MemorySegment from, long at, long stride, int[] square) {
        for (int i = 0; i < N; i++) {
            long upper = at + 2 * i * stride;
            IntVector a = (IntVector) ShortVector.fromMemorySegment(Lanes.S, from, upper, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0);
            IntVector b = (IntVector) ShortVector.fromMemorySegment(Lanes.S, from, upper + stride, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0);
            a.or(b.lanewise(VectorOperators.LSHL, 16)).intoArray(square, i * N);
        }
    }

    private static void turn(int[] rows, int first, int row, MemorySegment to, long at, long stride) {
        if (N == SquareTurn.N) {
            SquareTurn.turn(rows, first, row, to, at, stride);
        } else {
            int[] square = new int[N * N];
            for (int i = 0; i < N; i++) {
                System.arraycopy(rows, first + i * row, square, i * N, N);
            }
            turn(square);
            write(square, to, at, stride);
        }
    }

    private static void turn(int[] square) {
        exchange(square, 1, AWAY_1, UPPER_1);
        exchange(square, 2, AWAY_2, UPPER_2);
        exchange(square, 4, AWAY_4, UPPER_4);
    }

    private static void exchange(
            int[] square, int distance, VectorShuffle<Integer> shuffle, VectorMask<Integer> upper) {
        VectorMask<Integer> lower = upper.not();
        for (int i = 0; i < N / 2; i++) {
            int one = ((i & -distance) * 2 + (i & (distance - 1))) * N;
            int other = one + distance * N;
            IntVector a = IntVector.fromArray(Lanes.I, square, one);
            IntVector b = IntVector.fromArray(Lanes.I, square, other);
            a.blend(b.rearrange(shuffle), upper).intoArray(square, one);
            b.blend(a.rearrange(shuffle), lower).intoArray(square, other);
        }
    }

    private static void write(int[] square, MemorySegment to, long at, long stride) {
        for (int i = 0; i < N; i++) {
            IntVector.fromArray(Lanes.I, square, i * N).intoMemorySegment(to, at + i * stride, Lanes.ORDER);
        }
    }

    @Override
    public void put(Matrix sums, float factor, boolean add, Matrix out) {
        int whole = sums.width() & -N;
        boolean wide = out.element() == Element.F32;
        for (long r = 0; r < sums.rows(); r++) {
            long from = sums.offset(r, 0);
            long to = out.offset(r, 0);
            if (wide && add) {
                addWide(sums.data(), from, factor, whole, out.data(), to);
            } else if (wide) {
                putWide(sums.data(), from, factor, whole, out.data(), to);
            } else if (add) {
                addNarrow(sums.data(), from, factor, whole, out.data(), to);
            } else {
                putNarrow(sums.data(), from, factor, whole, out.data(), to);
            }
        }
        ScalarPack.put(sums, factor, add, out, whole);
    }

    private static void putWide(MemorySegment sums, long from, float factor, int count, MemorySegment out, long to) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < count; i += N) {
            FloatVector.fromMemorySegment(Lanes.F, sums, from + 4L * i, Lanes.ORDER)
                    .mul(scale)
                    .intoMemorySegment(out, to + 4L * i, Lanes.ORDER);
        }
    }

    private static void addWide(MemorySegment sums, long from, float factor, int count, MemorySegment out, long to) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < count; i += N) {
            FloatVector.fromMemorySegment(Lanes.F, sums, from + 4L * i, Lanes.ORDER)
                    .fma(scale, FloatVector.fromMemorySegment(Lanes.F, out, to + 4L * i, Lanes.ORDER))
                    .intoMemorySegment(out, to + 4L * i, Lanes.ORDER);
        }
    }

    private static void putNarrow(MemorySegment sums, long from, float factor, int count, MemorySegment out, long to) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < count; i += N) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, sums, from + 4L * i, Lanes.ORDER)
                    .mul(scale);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, v.compare(VectorOperators.NE, v).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(out, to + 2L * i, Lanes.ORDER);
        }
    }

    private static void addNarrow(MemorySegment sums, long from, float factor, int count, MemorySegment out, long to) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < count; i += N) {
            FloatVector before = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, out, to + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, sums, from + 4L * i, Lanes.ORDER)
                    .fma(scale, before);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, v.compare(VectorOperators.NE, v).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(out, to + 2L * i, Lanes.ORDER);
        }
    }
}
