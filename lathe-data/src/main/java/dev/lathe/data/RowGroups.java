package dev.lathe.data;

import java.util.List;

/** Which rows samples are made of. */
@FunctionalInterface
interface RowGroups {
    /** The rows of sample {@code index}, in the order of their tokens. */
    List<Piece> pieces(int index);
}
