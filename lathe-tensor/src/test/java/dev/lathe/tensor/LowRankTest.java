package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes back through a low-rank layer is what its formulas say, at one look or product by product. */
class LowRankTest {
    @ParameterizedTest
    @CsvSource({
        // rows of x: 1 and 31 are too few for blocks; a room of 96 is too wide; 65 columns of dy are odd
        "BF16, 1, 64, 96, 32, 24",
        "BF16, 31, 64, 96, 32, 8",
        "BF16, 33, 64, 96, 32, 8",
        "BF16, 700, 160, 1300, 32, 16",
        "BF16, 300, 1500, 64, 64, 64",
        "BF16, 130, 64, 65, 32, 8",
        "BF16, 130, 64, 96, 96, 80",
        "F32, 130, 64, 96, 32, 8",
    })
    void isWhatTheFormulasSay(DType dtype, long tokens, long in, long out, long room, long rank) {
        Torch.start(2);
        try (Scope scope = Scope.open()) {
            Random random = new Random(tokens);
            Tensor matrix = normal(random, dtype, out, in + room);
            Tensor ups = matrix.narrow(1, in, room);
            Tensor downs = normal(random, dtype, room, in);
            if (rank < room) {
                ups.narrow(1, rank, room - rank).copyFrom(Tensors.zeros(dtype, out, room - rank));
                downs.narrow(0, rank, room - rank).copyFrom(Tensors.zeros(dtype, room - rank, in));
            }
            Tensor wide = normal(random, dtype, tokens, in + room);
            Tensor dy = normal(random, dtype, tokens, out);
            Tensor own = matrix.narrow(1, 0, in);
            LowRank.Whole made = new LowRank(ups, downs, rank, 0.5).gradients(own, dy, wide);

            double rounding = dtype == DType.BF16 ? 1.0 / 128 : 1e-5;
            Tensor dLow = dy.to(DType.F64).matmul(ups.to(DType.F64)).times(0.5);
            close(
                    made.dx(),
                    dy.to(DType.F64).matmul(own.to(DType.F64)).plus(dLow.matmul(downs.to(DType.F64))),
                    rounding);
            close(
                    made.own().dUps(),
                    wide.narrow(1, in, rank).to(DType.F64).transpose(0, 1).matmul(dy.to(DType.F64)),
                    rounding);
            close(
                    made.own().dDowns(),
                    dLow.transpose(0, 1).matmul(wide.narrow(1, 0, in).to(DType.F64)),
                    rounding);
        }
    }

    private static Tensor normal(Random random, DType dtype, long rows, long columns) {
        float[] values = new float[Math.toIntExact(rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, rows, columns).to(dtype);
    }

    /** Within {@code rounding} of the largest number. */
    private static void close(Tensor made, Tensor expected, double rounding) {
        assertThat(made.shape()).isEqualTo(expected.shape());
        assertThat(made.to(DType.F64).minus(expected).norm()).isCloseTo(0, within(rounding * expected.norm()));
    }
}
