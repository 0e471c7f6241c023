package dev.lathe.tensor.kernel;

import java.util.List;

/**
 * Products of BF16 matrices in blocks that fit a core's cache. A part of the result packs its columns of the second matrix
 * for all of its rows; the first matrix is multiplied where it stands, unless it is turned. How the work is shared out
 * changes no number of the result.
 */
public final class BlockedProduct {
    private final TileProduct tiles;
    private final PackKernel pack;
    private final Workers workers;
    private final Scratch scratch = new Scratch(ProductPart.BYTES);
    private final TallProduct tall;

    public BlockedProduct(TileProduct tiles, PackKernel pack, Workers workers) {
        this.tiles = tiles;
        this.pack = pack;
        this.workers = workers;
        this.tall = new TallProduct(tiles, pack, workers, scratch, new Scratch(TallProduct.SUM_BYTES));
    }

    /**
     * A matrix of a product.
     *
     * @param stored BF16
     * @param turned whether what is meant is its transpose
     */
    public record Factor(Matrix stored, boolean turned) {
        public long rows() {
            return turned ? stored.columns() : stored.rows();
        }

        public long columns() {
            return turned ? stored.rows() : stored.columns();
        }

        /** What is stored of rows {@code row} and columns {@code column} and on. */
        Matrix cut(long row, long rows, long column, long columns) {
            return turned ? stored.part(column, columns, row, rows) : stored.part(row, rows, column, columns);
        }
    }

    /**
     * a b
     *
     * @param a with a column at least, and where it is not turned with an even number of them
     */
    public record Term(Factor a, Factor b) {
        public Term {
            if (a.columns() != b.rows() || a.columns() == 0 || (!a.turned() && a.columns() % 2 != 0)) {
                throw new IllegalArgumentException("no product: " + a + " times " + b);
            }
        }

        private Term part(Grid.Part part) {
            return new Term(
                    new Factor(a.cut(part.row(), part.rows(), 0, a.columns()), a.turned()),
                    new Factor(b.cut(0, b.rows(), part.column(), part.columns()), b.turned()));
        }
    }

    /**
     * out = factor · a b, or out += factor · a b where {@code add} says so; rounded once.
     *
     * @param a with a column at least, and where it is not turned with an even number of them
     * @param out BF16 or F32
     */
    public void multiply(Factor a, Factor b, float factor, boolean add, Matrix out) {
        multiply(List.of(new Term(a, b)), factor, add, out);
    }

    /** The same of a sum of products. */
    public void multiply(List<Term> sum, float factor, boolean add, Matrix out) {
        Factor a = sum.getFirst().a();
        Factor b = sum.getFirst().b();
        if (sum.stream()
                .anyMatch(term -> term.a().rows() != out.rows() || term.b().columns() != out.columns())) {
            throw new IllegalArgumentException("no sum of products: " + sum + " is " + out);
        }
        if (sum.size() == 1 && a.turned() && !b.turned() && TallProduct.suits(a.stored(), b.stored())) {
            tall.multiply(a.stored(), b.stored(), factor, add, out);
            return;
        }
        Grid grid = Grid.of(out.rows(), out.columns(), a.columns(), ProductPart.PACKED, a.turned(), workers.threads());
        List<Grid.Part> parts = grid.parts();
        PackedColumns packed = new PackedColumns(scratch);
        workers.run(parts.size(), index -> {
            Grid.Part part = parts.get(index);
            List<Term> own = sum.stream().map(term -> term.part(part)).toList();
            Matrix result = out.part(part.row(), part.rows(), part.column(), part.columns());
            PackedColumns.Place place = packed.take(part.column());
            boolean whole = false;
            try {
                whole = new ProductPart(tiles, pack, own, factor, add, result, place.memory(), place.isPacked()).run();
            } finally {
                tiles.release();
                packed.give(place, whole);
            }
        });
        packed.close();
    }
}
