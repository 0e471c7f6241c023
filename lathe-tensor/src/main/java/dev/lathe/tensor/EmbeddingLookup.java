package dev.lathe.tensor;

/** Rows of a table by token id. */
public final class EmbeddingLookup {
    private EmbeddingLookup() {}

    /** ids: int64 [tokens]; table: [vocabulary, hidden]; y: [tokens, hidden]. */
    public static Tensor apply(Tape tape, Tensor ids, Operand table) {
        Tensor y = table.rows(ids);
        if (tape.isRecording() && table.isTrained()) {
            Parameter parameter = table.parameter().orElseThrow();
            tape.record(y, dy -> parameter
                    .gradient()
                    .indexAddInPlace(0, ids, dy.to(parameter.gradient().dtype())));
        }
        return y;
    }
}
