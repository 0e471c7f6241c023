package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.kernel.BlockedProduct.Factor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks put together are the product, whichever matrix is turned and however many threads there are. */
class BlockedProductTest {
    @ParameterizedTest
    @CsvSource({
        "1,2,1",
        "65,34,17",
        "64,640,16",
        "130,642,250",
        "7,4000,33",
        "300,64,700",
        "33,96,1300",
        "70,30000,20",
        "24,1300,400",
        "64,768,833"
    })
    void isTheProduct(long rows, long inner, long columns) {
        for (int threads : new int[] {1, 3}) {
            try (Workers workers = new Workers(threads)) {
                BlockedProduct product = new BlockedProduct(new ScalarTileProduct(), new VectorPack(), workers);
                Cases cases = new Cases(inner, threads == 3);
                for (int turns = 0; turns < 4; turns++) {
                    Factor a = factor(cases, rows, inner, turns % 2 == 1);
                    Factor b = factor(cases, inner, columns, turns >= 2);
                    Element element = turns % 2 == 0 ? Element.BF16 : Element.F32;
                    Matrix out = cases.random(element, rows, columns);
                    Matrix added = cases.copy(out);
                    product.multiply(a, b, 0.5f, true, added);
                    assertProduct(a, b, 0.5f, out, added);
                    product.multiply(a, b, -1, false, out);
                    assertProduct(a, b, -1, zeros(cases, element, rows, columns), out);
                    Cases.assertGapsUntouched(out);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"70,64,40,33,300", "5,4000,32,6,100", "130,2,2,2,64"})
    void sumsOfProducts(long rows, long inner, long second, long third, long columns) {
        try (Workers workers = new Workers(2)) {
            BlockedProduct product = new BlockedProduct(new ScalarTileProduct(), new VectorPack(), workers);
            Cases cases = new Cases(rows, true);
            List<BlockedProduct.Term> terms = new ArrayList<>();
            for (long length : new long[] {inner, second, third + third % 2}) {
                terms.add(new BlockedProduct.Term(
                        factor(cases, rows, length, false), factor(cases, length, columns, length == second)));
            }
            Matrix out = cases.empty(Element.F32, rows, columns);
            product.multiply(terms, 2, false, out);
            Matrix expected = zeros(cases, Element.F32, rows, columns);
            for (BlockedProduct.Term term : terms) {
                product.multiply(term.a(), term.b(), 2, true, expected);
            }
            Cases.assertClose(out, expected, 1e-4);
        }
    }

    @Test
    void anOddInnerLengthIsFilledUpWhereAIsTurned() {
        try (Workers workers = new Workers(1)) {
            BlockedProduct product = new BlockedProduct(new ScalarTileProduct(), new VectorPack(), workers);
            Cases cases = new Cases(1, true);
            Factor b = factor(cases, 9, 40, false);
            Matrix out = cases.empty(Element.F32, 35, 40);
            for (long inner : new long[] {9, 1301}) {
                Factor turned = factor(cases, 35, inner, true);
                Factor rows = factor(cases, inner, 40, false);
                product.multiply(turned, rows, 1, false, out);
                assertProduct(turned, rows, 1, zeros(cases, Element.F32, 35, 40), out);
            }
            assertThatThrownBy(() -> product.multiply(factor(cases, 35, 9, false), b, 1, false, out))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1632,576,false,2",
        "1632,608,false,2",
        "100,192,false,2",
        "1536,576,true,2",
        "20,49152,false,16",
        "1,1,true,7"
    })
    void partsCoverTheResultOnce(long rows, long columns, boolean turned, int threads) {
        Grid grid = Grid.of(rows, columns, 608, ProductPart.PACKED, turned, threads);
        int[] seen = new int[(int) (rows * columns)];
        for (Grid.Part part : grid.parts()) {
            for (long r = part.row(); r < part.row() + part.rows(); r++) {
                for (long c = part.column(); c < part.column() + part.columns(); c++) {
                    seen[(int) (r * columns + c)]++;
                }
            }
        }
        assertThat(seen).containsOnly(1);
    }

    private static Factor factor(Cases cases, long rows, long columns, boolean turned) {
        return new Factor(
                turned ? cases.random(Element.BF16, columns, rows) : cases.random(Element.BF16, rows, columns), turned);
    }

    private static Matrix zeros(Cases cases, Element element, long rows, long columns) {
        Matrix zeros = cases.empty(element, rows, columns);
        zeros.clearRows(0, rows);
        return zeros;
    }

    private static void assertProduct(Factor a, Factor b, float factor, Matrix before, Matrix actual) {
        long step = Math.max(
                1, actual.rows() * actual.columns() * a.columns() / 2_000_000); // not every number of large ones
        for (long at = 0; at < actual.rows() * actual.columns(); at += step) {
            long r = at / actual.columns();
            long c = at % actual.columns();
            double exact = 0;
            double size = 0;
            for (long i = 0; i < a.columns(); i++) {
                double addend = (double) get(a, r, i) * get(b, i, c);
                exact += addend;
                size += Math.abs(addend);
            }
            double expected = before.get(r, c) + factor * exact;
            double rounding = actual.element() == Element.BF16 ? Math.abs(expected) / 256 : 0;
            assertThat((double) actual.get(r, c))
                    .isCloseTo(expected, org.assertj.core.api.Assertions.within(rounding + 1e-5 * size + 1e-6));
        }
    }

    private static float get(Factor factor, long row, long column) {
        return factor.turned()
                ? factor.stored().get(column, row)
                : factor.stored().get(row, column);
    }
}
