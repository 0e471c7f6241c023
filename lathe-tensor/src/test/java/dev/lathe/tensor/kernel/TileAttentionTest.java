package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention in tiles against attention in float64, number for number, with products in plain Java: on every host. */
class TileAttentionTest {
    private static final float SCALE = 0.4f;

    /** Scalar tiles, and those with vectors. */
    private static List<TileAttention> kinds(int heads, int keyHeads, int headDim) {
        float scale = SCALE / (float) Math.sqrt(headDim);
        return List.of(
                new TileAttention(
                        new ScalarTileProduct(),
                        new ScalarPack(),
                        new ScalarTileSoftmax(),
                        heads,
                        keyHeads,
                        headDim,
                        scale),
                new TileAttention(
                        new ScalarTileProduct(),
                        new VectorPack(),
                        new VectorTileSoftmax(),
                        heads,
                        keyHeads,
                        headDim,
                        scale));
    }

    /** The matrices of a piece; rows before and behind the segment are NaN, which must not get into it. */
    private record Case(
            TileAttention shape, int start, int length, Matrix qkv, Matrix out, Matrix dOut, Matrix gradient) {
        static Case of(TileAttention shape, int start, int length, int behind) {
            Cases cases = new Cases(length, true);
            long rows = start + length + behind;
            long width = (long) shape.heads() * shape.headDim();
            long all = width + 2L * shape.keyHeads() * shape.headDim();
            Matrix qkv = cases.random(Element.BF16, rows, all);
            Matrix dOut = cases.random(Element.BF16, rows, width);
            for (Matrix matrix : List.of(qkv, dOut)) {
                for (long r = 0; r < rows; r++) {
                    for (long c = 0; c < matrix.columns() && (r < start || r >= start + length); c++) {
                        matrix.set(r, c, Float.NaN);
                    }
                }
            }
            return new Case(
                    shape,
                    start,
                    length,
                    qkv,
                    cases.empty(Element.BF16, rows, width),
                    dOut,
                    cases.empty(Element.BF16, rows, all));
        }

        MemorySegment run() {
            MemorySegment logSum = Arena.ofAuto().allocate(shape.heads() * qkv.rows() * Float.BYTES);
            for (int head = 0; head < shape.keyHeads(); head++) {
                Piece piece = new Piece(start, length, head);
                shape.forward(piece, qkv, out, logSum, dirty(shape.forwardBytes(length)));
                shape.backward(piece, qkv, out, logSum, dOut, gradient, dirty(shape.backwardBytes(length)));
            }
            return logSum;
        }

        private static MemorySegment dirty(long bytes) {
            return Arena.ofAuto().allocate(bytes, 64).fill((byte) 0xFF); // NaN in both types
        }

        double q(int head, int row, int d) {
            return qkv.get(start + row, (long) head * shape.headDim() + d);
        }

        /** The column of a key's number; {@code which} is 1 for the values. */
        long key(int head, int which, int d) {
            int keyHead = head / shape.group();
            return (long) (shape.heads() + which * shape.keyHeads() + keyHead) * shape.headDim() + d;
        }

        double k(int head, int which, int row, int d) {
            return qkv.get(start + row, key(head, which, d));
        }

        double above(int head, int row, int d) {
            return dOut.get(start + row, (long) head * shape.headDim() + d);
        }
    }

    /** The same in float64. */
    private static final class Exact {
        private final Case of;
        private final double[][] out;
        private final double[][] gradient;
        private final double[][] logSum;

        Exact(Case of) {
            this.of = of;
            out = new double[of.length][(int) of.out.columns()];
            gradient = new double[of.length][(int) of.qkv.columns()];
            logSum = new double[of.shape.heads()][of.length];
            for (int head = 0; head < of.shape.heads(); head++) {
                for (int row = 0; row < of.length; row++) {
                    query(head, row);
                }
            }
        }

        private void query(int head, int row) {
            int headDim = of.shape.headDim();
            double[] p = new double[row + 1];
            double sum = 0;
            for (int key = 0; key <= row; key++) {
                double dot = 0;
                for (int d = 0; d < headDim; d++) {
                    dot += of.q(head, row, d) * of.k(head, 0, key, d);
                }
                p[key] = Math.exp(of.shape.scale() * dot);
                sum += p[key];
            }
            logSum[head][row] = Math.log(sum);
            double[] dp = new double[row + 1];
            double along = 0;
            for (int key = 0; key <= row; key++) {
                p[key] /= sum;
                for (int d = 0; d < headDim; d++) {
                    out[row][head * headDim + d] += p[key] * of.k(head, 1, key, d);
                    dp[key] += of.above(head, row, d) * of.k(head, 1, key, d);
                }
                along += p[key] * dp[key];
            }
            for (int key = 0; key <= row; key++) {
                double ds = of.shape.scale() * p[key] * (dp[key] - along);
                for (int d = 0; d < headDim; d++) {
                    gradient[row][head * headDim + d] += ds * of.k(head, 0, key, d);
                    gradient[key][(int) of.key(head, 0, d)] += ds * of.q(head, row, d);
                    gradient[key][(int) of.key(head, 1, d)] += p[key] * of.above(head, row, d);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1,16",
        "33,3,1,16",
        "64,2,2,64",
        "65,4,1,6",
        "127,1,1,2",
        "128,6,2,8",
        "200,5,1,16",
        "300,4,2,80",
        "321,3,1,64",
        "130,2,1,128"
    })
    void isAttention(int length, int heads, int keyHeads, int headDim) {
        for (TileAttention shape : kinds(heads, keyHeads, headDim)) {
            for (int behind : new int[] {0, 70}) {
                Case given = Case.of(shape, behind / 10, length, behind);
                MemorySegment logSum = given.run();
                Exact exact = new Exact(given);
                assertClose(given.out, given.start, exact.out);
                assertClose(given.gradient, given.start, exact.gradient);
                for (int head = 0; head < heads; head++) {
                    for (int row = 0; row < length; row++) {
                        assertThat((double) Floats.get(logSum, head * given.qkv.rows() + given.start + row))
                                .isCloseTo(exact.logSum[head][row], within(1e-5));
                    }
                }
                Cases.assertGapsUntouched(given.out);
                Cases.assertGapsUntouched(given.gradient);
            }
        }
    }

    /** Every row on its own, or an error of a few would not be seen among many; small ones beside the largest. */
    private static void assertClose(Matrix actual, int start, double[][] expected) {
        double all = 0;
        for (double[] row : expected) {
            all = Math.max(all, norm(row));
        }
        for (int r = 0; r < expected.length; r++) {
            double[] distance = new double[expected[r].length];
            for (int c = 0; c < distance.length; c++) {
                distance[c] = actual.get(start + r, c) - expected[r][c];
            }
            assertThat(norm(distance)).as("row %d", r).isLessThan(0.015 * (norm(expected[r]) + 0.1 * all));
        }
    }

    private static double norm(double[] numbers) {
        double sum = 0;
        for (double number : numbers) {
            sum += number * number;
        }
        return Math.sqrt(sum);
    }

    @Test
    void rowsOfOthersAreNotWritten() {
        for (TileAttention shape : kinds(2, 1, 16)) {
            Case given = Case.of(shape, 3, 70, 5);
            float before = given.out.get(0, 0);
            given.run();
            for (Matrix matrix : List.of(given.out, given.gradient)) {
                for (int row : new int[] {0, 2, 73, 77}) {
                    for (int c = 0; c < matrix.columns(); c++) {
                        assertThat(matrix.get(row, c)).isEqualTo(before);
                    }
                }
            }
        }
    }

    @Test
    void whatIsNoNumberIsSeen() {
        for (TileAttention shape : kinds(1, 1, 16)) {
            Case given = Case.of(shape, 0, 100, 0);
            given.qkv.set(70, 3, Float.NaN);
            MemorySegment logSum = given.run();
            assertThat(given.out.get(69, 0)).isFinite();
            assertThat(given.out.get(70, 0)).isNaN();
            assertThat(given.out.get(71, 0)).isFinite();
            assertThat(Floats.get(logSum, 70)).isNaN();
            assertThat(given.gradient.get(70, 0)).isNaN();
            assertThat(given.gradient.get(0, 16)).isNaN();
        }
    }

    @Test
    void largeScoresStayNumbers() {
        for (TileAttention shape : kinds(1, 1, 16)) {
            Case given = Case.of(shape, 0, 80, 0);
            for (int row = 0; row < 80; row++) {
                given.qkv.set(row, 0, row % 2 == 0 ? 3e4f : -3e4f);
                given.qkv.set(row, 16, row % 3 == 0 ? 3e4f : -3e4f);
            }
            given.run();
            for (int row = 0; row < 80; row++) {
                for (int c = 0; c < 48; c++) {
                    assertThat(given.gradient.get(row, c)).isFinite();
                }
            }
        }
    }

    @Test
    void headsMustGoTogether() {
        assertThatThrownBy(() -> kinds(3, 2, 16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kinds(2, 2, 7)).isInstanceOf(IllegalArgumentException.class);
        Case given = Case.of(kinds(2, 1, 16).getFirst(), 0, 5, 0);
        assertThatThrownBy(() -> given.shape()
                        .forward(new Piece(0, 5, 0), given.dOut(), given.out(), MemorySegment.NULL, MemorySegment.NULL))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
