package dev.lathe.data;

import java.util.List;

/** Samples that are made of a row each. */
interface RowSamples<T extends Example> extends Samples<T>, RowGroups {
    /** The row of each sample. */
    int[] order();

    @Override
    default int size() {
        return order().length;
    }

    @Override
    default List<Piece> pieces(int index) {
        return List.of(new Piece(order()[index], tokens(index)));
    }
}
