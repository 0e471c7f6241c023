package dev.lathe.model;

/** Where the matrices of a frozen model's linear layers are between two products. */
public enum Matrices {
    /** In memory. */
    HELD,
    /** In the file, from which they are read anew for each product: see {@link StreamedWeight}. */
    STREAMED
}
