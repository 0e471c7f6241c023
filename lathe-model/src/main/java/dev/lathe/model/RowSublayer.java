package dev.lathe.model;

import dev.lathe.tensor.kernel.Matrix;

/** {@link Sublayer} for the few rows of {@link RowDecoder}. */
@FunctionalInterface
interface RowSublayer {
    /** x, y: [rows, hidden]. */
    void apply(RowPass pass, Matrix x, Matrix y);
}
