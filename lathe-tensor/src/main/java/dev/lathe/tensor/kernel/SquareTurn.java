package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;

/**
 * Squares of 16 by 16 numbers of 32 bits, turned in registers: rows 1, 2, 4 and 8 apart exchange the lanes that lie that far
 * apart, each new row by one instruction. Half the time of exchanges through memory (Sapphire Rapids).
 */
final class SquareTurn {
    /** Rows and lanes; where vectors have fewer, this is not for them. */
    static final int N = 16;

    // Where the lanes come from, in a row and in the one so many below it. Constants, or C2 would load them anew.
    private static final IntVector UPPER_1 = upper(1);
    private static final IntVector UPPER_2 = upper(2);
    private static final IntVector UPPER_4 = upper(4);
    private static final IntVector UPPER_8 = upper(8);
    private static final IntVector LOWER_1 = lower(1);
    private static final IntVector LOWER_2 = lower(2);
    private static final IntVector LOWER_4 = lower(4);
    private static final IntVector LOWER_8 = lower(8);

    private SquareTurn() {}

    private static IntVector upper(int distance) {
        return lanes(lane -> (lane & distance) == 0 ? lane : N + lane - distance);
    }

    private static IntVector lower(int distance) {
        return lanes(lane -> (lane & distance) == 0 ? lane + distance : N + lane);
    }

    private static IntVector lanes(IntUnaryOperator from) {
        return IntVector.fromArray(
                Lanes.I, IntStream.range(0, Lanes.N).map(from).toArray(), 0);
    }

    /**
     * Column i of the square to byte {@code at + i · stride}.
     *
     * @param first where its first row begins; each other one {@code row} numbers behind the one above it
     */
    static void turn(int[] rows, int first, int row, MemorySegment to, long at, long stride) {
        IntVector v0 = IntVector.fromArray(Lanes.I, rows, first + 0 * row);
        IntVector v1 = IntVector.fromArray(Lanes.I, rows, first + 1 * row);
        IntVector v2 = IntVector.fromArray(Lanes.I, rows, first + 2 * row);
        IntVector v3 = IntVector.fromArray(Lanes.I, rows, first + 3 * row);
        IntVector v4 = IntVector.fromArray(Lanes.I, rows, first + 4 * row);
        IntVector v5 = IntVector.fromArray(Lanes.I, rows, first + 5 * row);
        IntVector v6 = IntVector.fromArray(Lanes.I, rows, first + 6 * row);
        IntVector v7 = IntVector.fromArray(Lanes.I, rows, first + 7 * row);
        IntVector v8 = IntVector.fromArray(Lanes.I, rows, first + 8 * row);
        IntVector v9 = IntVector.fromArray(Lanes.I, rows, first + 9 * row);
        IntVector v10 = IntVector.fromArray(Lanes.I, rows, first + 10 * row);
        IntVector v11 = IntVector.fromArray(Lanes.I, rows, first + 11 * row);
        IntVector v12 = IntVector.fromArray(Lanes.I, rows, first + 12 * row);
        IntVector v13 = IntVector.fromArray(Lanes.I, rows, first + 13 * row);
        IntVector v14 = IntVector.fromArray(Lanes.I, rows, first + 14 * row);
        IntVector v15 = IntVector.fromArray(Lanes.I, rows, first + 15 * row);
        IntVector t;
        t = UPPER_1.selectFrom(v0, v1);
        v1 = LOWER_1.selectFrom(v0, v1);
        v0 = t;
        t = UPPER_1.selectFrom(v2, v3);
        v3 = LOWER_1.selectFrom(v2, v3);
        v2 = t;
        t = UPPER_1.selectFrom(v4, v5);
        v5 = LOWER_1.selectFrom(v4, v5);
        v4 = t;
        t = UPPER_1.selectFrom(v6, v7);
        v7 = LOWER_1.selectFrom(v6, v7);
        v6 = t;
        t = UPPER_1.selectFrom(v8, v9);
        v9 = LOWER_1.selectFrom(v8, v9);
        v8 = t;
        t = UPPER_1.selectFrom(v10, v11);
        v11 = LOWER_1.selectFrom(v10, v11);
        v10 = t;
        t = UPPER_1.selectFrom(v12, v13);
        v13 = LOWER_1.selectFrom(v12, v13);
        v12 = t;
        t = UPPER_1.selectFrom(v14, v15);
        v15 = LOWER_1.selectFrom(v14, v15);
        v14 = t;
        t = UPPER_2.selectFrom(v0, v2);
        v2 = LOWER_2.selectFrom(v0, v2);
        v0 = t;
        t = UPPER_2.selectFrom(v1, v3);
        v3 = LOWER_2.selectFrom(v1, v3);
        v1 = t;
        t = UPPER_2.selectFrom(v4, v6);
        v6 = LOWER_2.selectFrom(v4, v6);
        v4 = t;
        t = UPPER_2.selectFrom(v5, v7);
        v7 = LOWER_2.selectFrom(v5, v7);
        v5 = t;
        t = UPPER_2.selectFrom(v8, v10);
        v10 = LOWER_2.selectFrom(v8, v10);
        v8 = t;
        t = UPPER_2.selectFrom(v9, v11);
        v11 = LOWER_2.selectFrom(v9, v11);
        v9 = t;
        t = UPPER_2.selectFrom(v12, v14);
        v14 = LOWER_2.selectFrom(v12, v14);
        v12 = t;
        t = UPPER_2.selectFrom(v13, v15);
        v15 = LOWER_2.selectFrom(v13, v15);
        v13 = t;
        t = UPPER_4.selectFrom(v0, v4);
        v4 = LOWER_4.selectFrom(v0, v4);
        v0 = t;
        t = UPPER_4.selectFrom(v1, v5);
        v5 = LOWER_4.selectFrom(v1, v5);
        v1 = t;
        t = UPPER_4.selectFrom(v2, v6);
        v6 = LOWER_4.selectFrom(v2, v6);
        v2 = t;
        t = UPPER_4.selectFrom(v3, v7);
        v7 = LOWER_4.selectFrom(v3, v7);
        v3 = t;
        t = UPPER_4.selectFrom(v8, v12);
        v12 = LOWER_4.selectFrom(v8, v12);
        v8 = t;
        t = UPPER_4.selectFrom(v9, v13);
        v13 = LOWER_4.selectFrom(v9, v13);
        v9 = t;
        t = UPPER_4.selectFrom(v10, v14);
        v14 = LOWER_4.selectFrom(v10, v14);
        v10 = t;
        t = UPPER_4.selectFrom(v11, v15);
        v15 = LOWER_4.selectFrom(v11, v15);
        v11 = t;
        t = UPPER_8.selectFrom(v0, v8);
        v8 = LOWER_8.selectFrom(v0, v8);
        v0 = t;
        t = UPPER_8.selectFrom(v1, v9);
        v9 = LOWER_8.selectFrom(v1, v9);
        v1 = t;
        t = UPPER_8.selectFrom(v2, v10);
        v10 = LOWER_8.selectFrom(v2, v10);
        v2 = t;
        t = UPPER_8.selectFrom(v3, v11);
        v11 = LOWER_8.selectFrom(v3, v11);
        v3 = t;
        t = UPPER_8.selectFrom(v4, v12);
        v12 = LOWER_8.selectFrom(v4, v12);
        v4 = t;
        t = UPPER_8.selectFrom(v5, v13);
        v13 = LOWER_8.selectFrom(v5, v13);
        v5 = t;
        t = UPPER_8.selectFrom(v6, v14);
        v14 = LOWER_8.selectFrom(v6, v14);
        v6 = t;
        t = UPPER_8.selectFrom(v7, v15);
        v15 = LOWER_8.selectFrom(v7, v15);
        v7 = t;
        v0.intoMemorySegment(to, at + 0 * stride, Lanes.ORDER);
        v1.intoMemorySegment(to, at + 1 * stride, Lanes.ORDER);
        v2.intoMemorySegment(to, at + 2 * stride, Lanes.ORDER);
        v3.intoMemorySegment(to, at + 3 * stride, Lanes.ORDER);
        v4.intoMemorySegment(to, at + 4 * stride, Lanes.ORDER);
        v5.intoMemorySegment(to, at + 5 * stride, Lanes.ORDER);
        v6.intoMemorySegment(to, at + 6 * stride, Lanes.ORDER);
        v7.intoMemorySegment(to, at + 7 * stride, Lanes.ORDER);
        v8.intoMemorySegment(to, at + 8 * stride, Lanes.ORDER);
        v9.intoMemorySegment(to, at + 9 * stride, Lanes.ORDER);
        v10.intoMemorySegment(to, at + 10 * stride, Lanes.ORDER);
        v11.intoMemorySegment(to, at + 11 * stride, Lanes.ORDER);
        v12.intoMemorySegment(to, at + 12 * stride, Lanes.ORDER);
        v13.intoMemorySegment(to, at + 13 * stride, Lanes.ORDER);
        v14.intoMemorySegment(to, at + 14 * stride, Lanes.ORDER);
        v15.intoMemorySegment(to, at + 15 * stride, Lanes.ORDER);
    }
}
