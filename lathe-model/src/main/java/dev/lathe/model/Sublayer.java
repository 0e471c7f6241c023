package dev.lathe.model;

import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** What a block adds to its input: attention, or an MLP. */
interface Sublayer {
    /** x, result: [tokens, hidden]. */
    Tensor apply(Pass pass, Tensor x);

    /** Columns that the only layer that reads its input likes to find behind the rows; 0 where several do. */
    default long room() {
        return 0;
    }

    /** The same for the few rows of {@link RowDecoder}; empty where there are no kernels for a part of it. */
    default Optional<RowSublayer> rowwise(RowMemory memory) {
        return Optional.empty();
    }

    /** Whether anything in it is trained. */
    boolean isTrained();
}
