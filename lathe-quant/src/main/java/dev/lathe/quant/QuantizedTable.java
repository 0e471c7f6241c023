package dev.lathe.quant;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.PackedTable;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A table in packed form. Products of many rows unpack a few thousand words at a time into the model's shared buffer, so no
 * dense copy of it ever exists.
 *
 * @param matrix [vocabulary, hidden]
 */
record QuantizedTable(PackedMatrix matrix, DType dtype, Unpacker unpacker) implements PackedTable {
    /** Numbers unpacked at a time: as many as a large layer has. */
    private static final long NUMBERS = 1 << 22;

    @Override
    public long rowCount() {
        return matrix.out();
    }

    @Override
    public Tensor rows(Tensor ids) {
        return unpacker.rows(matrix, ids.data().toArray(ValueLayout.JAVA_LONG), dtype);
    }

    @Override
    public Tensor times(Tensor x) {
        QuantizedWeight whole = new QuantizedWeight(List.of(matrix), matrix.in(), unpacker);
        if (QuantizedWeight.isFew(x)) {
            return whole.times(x);
        }
        Tensor y = Tensors.empty(x.dtype(), x.size(0), matrix.out());
        for (MatrixRows words : pieces()) {
            try (Scope scope = Scope.open()) {
                Tensor piece = new QuantizedWeight(List.of(words), matrix.in(), unpacker).times(x);
                y.narrow(1, words.start(), words.out()).copyFrom(piece);
            }
        }
        return y;
    }

    /** Pieces are added in float32. */
    @Override
    public Tensor timesTransposed(Tensor dy) {
        Tensor sum = Tensors.zeros(dy.dtype().wide(), dy.size(0), matrix.in());
        for (MatrixRows words : pieces()) {
            try (Scope scope = Scope.open()) {
                Tensor own = dy.narrow(1, words.start(), words.out());
                sum.addInPlace(new QuantizedWeight(List.of(words), matrix.in(), unpacker).timesTransposed(own));
            }
        }
        return sum.to(dy.dtype());
    }

    private List<MatrixRows> pieces() {
        long rows = Math.ceilDiv(NUMBERS, matrix.in());
        return LongStream.range(0, Math.ceilDiv(matrix.out(), rows))
                .mapToObj(piece -> new MatrixRows(matrix, piece * rows, Math.min(rows, matrix.out() - piece * rows)))
                .toList();
    }

    @Override
    public Tensor dense() {
        return unpacker.dense(List.of(matrix), matrix.in(), dtype);
    }
}
