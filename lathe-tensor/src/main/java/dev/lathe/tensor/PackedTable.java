package dev.lathe.tensor;

/**
 * The table of an embedding or of an output head, [vocabulary, hidden], kept in another form than a tensor and never
 * trained. What it gives is of one type, that of the arithmetic.
 */
public interface PackedTable {
    DType dtype();

    /** Rows of the table. */
    long rowCount();

    /** Rows by number. ids: int64 [tokens]; result: [tokens, hidden]. */
    Tensor rows(Tensor ids);

    /** x Wᵀ. x: [rows, hidden]; result: [rows, vocabulary], in memory of its own. */
    Tensor times(Tensor x);

    /** dy W. dy: [rows, vocabulary]; result: [rows, hidden]. */
    Tensor timesTransposed(Tensor dy);

    /** The whole table, in memory of its own: for those who need nothing else. */
    Tensor dense();
}
