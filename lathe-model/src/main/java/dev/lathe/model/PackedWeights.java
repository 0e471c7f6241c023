package dev.lathe.model;

import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.PackedTable;
import java.util.List;
import java.util.Optional;

/**
 * A weight file that keeps the matrices of linear layers packed. As a file it gives the dense tensors that dequantising
 * makes, so whoever merges, exports or compares need not know; linear layers are made from the packed form.
 */
public interface PackedWeights extends WeightFile {
    /** The matrices of layers that read the same input, one below the other: [sum of their outs, in]. */
    Weight weight(List<Modules.Part> parts, long in);

    /**
     * The same with {@code room} columns behind them.
     *
     * @param dtype of those columns: that of the arithmetic
     */
    WideWeight wide(List<Modules.Part> parts, long in, long room, DType dtype);

    /**
     * The table of an embedding or a head, if it is packed too.
     *
     * @param module such as {@code model.embed_tokens}
     * @param dtype of the arithmetic
     */
    Optional<PackedTable> table(String module, long rows, long columns, DType dtype);
}
