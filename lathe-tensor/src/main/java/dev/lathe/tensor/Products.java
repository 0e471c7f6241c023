package dev.lathe.tensor;

import dev.lathe.tensor.kernel.BlockedProduct;
import dev.lathe.tensor.kernel.BlockedProduct.Factor;
import dev.lathe.tensor.kernel.BlockedProduct.Term;
import dev.lathe.tensor.kernel.Workers;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrix products: in blocks of our own where this host has them ({@link BlockedProduct}), otherwise cut into tiles that the
 * {@link Workers} take one after the other: each is a product of libtorch on one thread. On two Sapphire Rapids cores [896, 576] x [576, 3072] in bfloat16 takes 1.3 ms so, 2.8 ms on two threads of
 * libgomp that sleep while they wait and 1.5 ms on two that do not.
 */
final class Products {
    /** Multiplications that are worth a second thread: some 10 µs. */
    private static final long WORTH_SHARING = 4_000_000;
    /** Elements of the second matrix that take as long to read. */
    private static final long WORTH_READING_TOGETHER = 400_000;
    /** A weight is rearranged once for every tile of rows, so tiles of columns are better where there are enough. */
    private static final long MANY_COLUMNS = 1024;

    /** With fewer rows, or columns, a unit for blocks has more to pack than to multiply. */
    static final long FEW = 32;

    private static final long ROW_STEP = 32;
    private static final long COLUMN_STEP = 64;

    private Products() {}

    /** out = a × b for matrices. */
    static void multiply(Tensor out, Tensor a, Tensor b) {
        if (!inBlocks(out, a, b, 1, false)) {
            multiplyByLibtorch(out, a, b);
        }
    }

    static void multiplyByLibtorch(Tensor out, Tensor a, Tensor b) {
        tiles(
                out,
                a,
                b,
                a.size(0) == 1 ? Products::row : (o, x, y) -> torch.mm_out(o.handle(), x.handle(), y.handle()));
    }

    /** One row: a matrix times a vector reads the matrix as it stands, and faster. */
    private static void row(Tensor out, Tensor a, Tensor b) {
        torch.mv_out(out.handle().select(0, 0), b.handle().t(), a.handle().select(0, 0));
    }

    /** out = factor · a × b for matrices. */
    static void multiply(Tensor out, Tensor a, Tensor b, double factor) {
        if (inBlocks(out, a, b, factor, false)) {
            return;
        }
        tiles(
                out,
                a,
                b,
                (o, x, y) -> torch.addmm_out(
                        o.handle(), o.handle(), x.handle(), y.handle(), new Scalar(0.0), new Scalar(factor)));
    }

    /** out += factor · a × b for matrices. */
    static void accumulate(Tensor out, Tensor a, Tensor b, double factor) {
        if (inBlocks(out, a, b, factor, true)) {
            return;
        }
        tiles(out, a, b, (o, x, y) -> o.handle().addmm_(x.handle(), y.handle(), new Scalar(1.0), new Scalar(factor)));
    }

    /** out = a × b + c × d for matrices. */
    static void sum(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
        Optional<BlockedProduct> product = blocked(out, a);
        Optional<Term> first = product.flatMap(any -> term(a, b));
        Optional<Term> second = product.flatMap(any -> term(c, d));
        if (product.isPresent() && first.isPresent() && second.isPresent()) {
            product.get().multiply(List.of(first.get(), second.get()), 1, false, Matrices.of(out));
        } else {
            multiply(out, a, b);
            accumulate(out, c, d, 1);
        }
    }

    /** Whether it was done in blocks. */
    private static boolean inBlocks(Tensor out, Tensor a, Tensor b, double factor, boolean add) {
        Optional<BlockedProduct> product = blocked(out, a);
        Optional<Term> term = product.flatMap(any -> term(a, b));
        term.ifPresent(only -> product.orElseThrow().multiply(List.of(only), (float) factor, add, Matrices.of(out)));
        return term.isPresent();
    }

    /** Where this host has blocks, and the matrices are worth them. */
    private static Optional<BlockedProduct> blocked(Tensor out, Tensor a) {
        return Math.min(out.size(0), Math.min(out.size(1), a.size(1))) >= FEW && out.dtype() == a.dtype()
                ? Torch.inBlocks(a.dtype()).map(Torch.InBlocks::product).filter(any -> Matrices.hasRows(out))
                : Optional.empty();
    }

    private static Optional<Term> term(Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            return Optional.empty();
        }
        Optional<Factor> left = factor(a).filter(x -> x.turned() || x.columns() % 2 == 0);
        return left.flatMap(x -> factor(b).map(y -> new Term(x, y)));
    }

    private static Optional<Factor> factor(Tensor matrix) {
        if (Matrices.hasRows(matrix)) {
            return Optional.of(new Factor(Matrices.of(matrix), false));
        }
        Tensor turned = matrix.transpose(0, 1);
        return Matrices.hasRows(turned) ? Optional.of(new Factor(Matrices.of(turned), true)) : Optional.empty();
    }

    @FunctionalInterface
    private interface Tile {
        void compute(Tensor out, Tensor a, Tensor b);
    }

    private static void tiles(Tensor out, Tensor a, Tensor b, Tile tile) {
        Workers workers = Torch.workers();
        long rows = out.size(0);
        long columns = out.size(1);
        long read = columns * a.size(1);
        if (workers.threads() == 1 || (rows * read < WORTH_SHARING && read < WORTH_READING_TOGETHER)) {
            tile.compute(out, a, b);
        } else if (columns >= MANY_COLUMNS || columns > rows) {
            new Cut(columns, COLUMN_STEP, 2 * workers.threads())
                    .run(
                            workers,
                            (from, count) -> tile.compute(out.narrow(1, from, count), a, b.narrow(1, from, count)));
        } else {
            new Cut(rows, ROW_STEP, 2 * workers.threads())
                    .run(
                            workers,
                            (from, count) -> tile.compute(out.narrow(0, from, count), a.narrow(0, from, count), b));
        }
    }

    /** {@code size} in at most {@code parts} runs of whole steps. */
    private record Cut(long size, long step, int parts) {
        @FunctionalInterface
        interface Run {
            void compute(long from, long count);
        }

        void run(Workers workers, Run run) {
            long each = Math.ceilDiv(Math.ceilDiv(size, step), parts) * step;
            workers.run(Math.toIntExact(Math.ceilDiv(size, each)), part -> {
                try (Scope scope = Scope.open()) {
                    run.compute(part * each, Math.min(each, size - part * each));
                }
            });
        }
    }
}
