package dev.lathe.tensor.kernel;

import java.util.List;
import java.util.stream.Stream;

/** Shapes at which kernels go wrong, if they do. */
final class Shapes {
    private static final List<long[]> ALL = List.of(
            new long[] {1, 1},
            new long[] {0, 5},
            new long[] {3, 1},
            new long[] {1, 16},
            new long[] {2, 15},
            new long[] {5, 17},
            new long[] {7, 33},
            new long[] {9, 48},
            new long[] {3, 64},
            new long[] {129, 70},
            new long[] {40, 1030});

    private Shapes() {}

    /** @param awkward rows with gaps in memory that is not aligned */
    record Case(long rows, long columns, Element element, boolean awkward, int threads) {
        /** The seed is the shape. */
        Cases cases() {
            return new Cases(rows * 10_007 + columns, awkward);
        }
    }

    static Stream<Case> all() {
        return ALL.stream()
                .flatMap(shape -> Stream.of(Element.BF16, Element.F32).flatMap(element -> Stream.of(false, true)
                        .map(awkward -> new Case(shape[0], shape[1], element, awkward, awkward ? 3 : 1))));
    }

    static Stream<Case> dense() {
        return all().filter(shape -> !shape.awkward() && shape.rows() > 0);
    }
}
