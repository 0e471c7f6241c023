package dev.lathe.quant;

import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.NibbleOrder;
import dev.lathe.tensor.kernel.PackedRowKernel;
import java.util.Optional;

/** A matrix in its packed form. Immutable, and safe to read from several threads. */
public interface PackedMatrix {
    /** Rows. */
    long out();

    /** Columns. */
    long in();

    /** Unpacks a row in float32, with the roundings of the library the storage comes from. */
    void row(long row, float[] to);

    /** Bytes it keeps, in memory or mapped: codes, scales and whatever else belongs to this matrix alone. */
    long bytes();

    /**
     * Unpacks rows {@code first} to {@code last}, exclusive, to the rows of {@code to} from {@code at} on, each number
     * rounded once to the element type.
     */
    default void rows(PackedRowKernel kernel, long first, long last, Matrix to, long at) {
        float[] row = Rows.buffer(in());
        for (long r = first; r < last; r++) {
            row(r, row);
            kernel.write(row, to, at + r - first);
        }
    }

    /** In how many shares {@link #dots} comes; rows, where they have nothing in common. */
    default long shares() {
        return out();
    }

    /** In which order {@link #dots} wants its vectors spread, if it does. */
    default Optional<NibbleOrder> nibbles() {
        return Optional.empty();
    }

    /**
     * The products of the rows of shares {@code first} to {@code last}, exclusive, with some vectors, in float32.
     *
     * @param y y[v][at + r] = row r · vector v
     */
    default void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        float[] row = Rows.buffer(in());
        for (long r = first; r < last; r++) {
            row(r, row);
            for (int v = 0; v < y.length; v++) {
                y[v][(int) (at + r)] = kernels.rows().dot(row, x.all()[v], (int) in());
            }
        }
    }
}
