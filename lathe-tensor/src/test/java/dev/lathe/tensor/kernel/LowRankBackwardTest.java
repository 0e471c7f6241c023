package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.kernel.BlockedProduct.Factor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One look at dy gives what products one by one give. */
class LowRankBackwardTest {
    @ParameterizedTest
    @CsvSource({
        // tokens, in, out, room, rank, threads
        "1,4,2,2,1,1",
        "32,17,34,32,8,2",
        "65,32,1282,32,24,3",
        "257,600,96,64,64,2",
        "500,1450,66,32,16,1",
        "4500,16,34,4,3,2",
    })
    void isTheProducts(long tokens, long in, long out, long room, long rank, int threads) {
        Cases cases = new Cases(tokens, true);
        Matrix weight = cases.random(Element.BF16, out, in);
        Matrix ups = unused(cases.random(Element.BF16, out, room), 0, rank);
        Matrix downs = unused(cases.random(Element.BF16, room, in), rank, 0);
        LowRankBackward.Layer layer = new LowRankBackward.Layer(weight, ups, downs, rank, 0.5f);
        LowRankBackward.Rows rows = new LowRankBackward.Rows(
                cases.random(Element.BF16, tokens, out),
                cases.random(Element.BF16, tokens, in),
                cases.random(Element.BF16, tokens, room));
        LowRankBackward.Gradients made = gradients(cases, layer, tokens);
        LowRankBackward.Gradients expected = gradients(cases, layer, tokens);
        try (Workers workers = new Workers(threads);
                Arena arena = Arena.ofShared()) {
            LowRankBackward back = new LowRankBackward(new ScalarTileProduct(), new VectorPack(), workers);
            back.run(layer, rows, made, arena.allocate(back.bytes(layer, tokens), 64));
            products(
                    cases,
                    new BlockedProduct(new ScalarTileProduct(), new ScalarPack(), workers),
                    layer,
                    rows,
                    expected);
        }
        Cases.assertClose(made.dx(), expected.dx(), 1e-2);
        Cases.assertClose(made.dUps(), expected.dUps(), 1e-2);
        Cases.assertClose(made.dDowns(), expected.dDowns(), 1e-2);
        Cases.assertGapsUntouched(made.dx());
        Cases.assertGapsUntouched(made.dUps());
        Cases.assertGapsUntouched(made.dDowns());
    }

    private static void products(
            Cases cases,
            BlockedProduct product,
            LowRankBackward.Layer layer,
            LowRankBackward.Rows rows,
            LowRankBackward.Gradients out) {
        Matrix dLow = cases.empty(Element.BF16, rows.dy().rows(), layer.room());
        product.multiply(plain(rows.dy()), plain(layer.ups()), layer.scaling(), false, dLow);
        product.multiply(
                List.of(
                        new BlockedProduct.Term(plain(rows.dy()), plain(layer.weight())),
                        new BlockedProduct.Term(plain(dLow), plain(layer.downs()))),
                1,
                false,
                out.dx());
        product.multiply(new Factor(rows.low().slice(0, layer.rank()), true), plain(rows.dy()), 1, false, out.dUps());
        product.multiply(new Factor(dLow, true), plain(rows.x()), 1, false, out.dDowns());
    }

    private static Factor plain(Matrix matrix) {
        return new Factor(matrix, false);
    }

    private static LowRankBackward.Gradients gradients(Cases cases, LowRankBackward.Layer layer, long tokens) {
        return new LowRankBackward.Gradients(
                cases.empty(Element.BF16, tokens, layer.in()),
                cases.empty(Element.F32, layer.rank(), layer.out()),
                cases.empty(Element.F32, layer.room(), layer.in()));
    }

    /** With zeros from this row or column on. */
    private static Matrix unused(Matrix matrix, long row, long column) {
        if (row > 0) {
            matrix.clearRows(row, matrix.rows());
        } else {
            for (long i = 0; i < matrix.rows(); i++) {
                matrix.clear(i, column);
            }
        }
        return matrix;
    }

    @ParameterizedTest
    @CsvSource({"6,8,8,4", "6,4,4,4", "5,4,8,4", "6,4,8,9", "6,4,8,0"})
    void matricesThatDoNotFitTogetherAreRefused(long upRows, long upColumns, long in, long rank) {
        Cases cases = new Cases(1, false);
        Matrix weight = cases.random(Element.BF16, 6, in);
        Matrix ups = cases.random(Element.BF16, upRows, upColumns);
        Matrix downs = cases.random(Element.BF16, 4, 8);
        assertThatThrownBy(() -> new LowRankBackward.Layer(weight, ups, downs, rank, 1))
                .hasMessageStartingWith("no layer");
    }
}
