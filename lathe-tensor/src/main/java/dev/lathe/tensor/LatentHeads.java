package dev.lathe.tensor;

/**
 * Puts the parts of multi-head latent attention (DeepSeek-AI 2024, arXiv:2405.04434) side by side as attention reads
 * them: in every head the rotated dimensions first, then the others, the one rotated key that all heads share repeated
 * for each. Rotated dimensions that a checkpoint keeps as neighbouring pairs become two halves. Keeps nothing.
 *
 * @param rotated width of the rotated part of a head, {@code still} of the rest
 * @param paired whether pairs that rotate together are neighbours
 */
public record LatentHeads(int heads, int still, int rotated, int valueDim, boolean paired) {
    /**
     * @param q [tokens, heads · (still + rotated)], the rotated part of a head last
     * @param shared the key that is rotated, [tokens, rotated]
     * @param kv [tokens, heads · (still + valueDim)]
     * @return [tokens, heads · (2 · (rotated + still) + valueDim)]: queries, keys, values
     */
    public Tensor apply(Tape tape, Tensor q, Tensor shared, Tensor kv) {
        Tensor y = Tensors.empty(q.dtype(), q.size(0), (long) heads * (2 * width() + valueDim));
        try (Scope scope = Scope.open()) {
            forward(q, shared, kv, y);
        }
        if (tape.needs(q) || tape.needs(shared) || tape.needs(kv)) {
            tape.record(y, dy -> backward(tape, q, shared, kv, dy));
        }
        return y;
    }

    private void forward(Tensor q, Tensor shared, Tensor kv, Tensor y) {
        Tensor from = q.splitColumns(width());
        Tensor both = kv.splitColumns(still + valueDim);
        queries(y).narrow(2, rotated, still).copyFrom(from.narrow(2, 0, still));
        halves(queries(y)).copyFrom(pairs(from.narrow(2, still, rotated)));
        keys(y).narrow(2, rotated, still).copyFrom(both.narrow(2, 0, still));
        halves(keys(y)).copyFrom(pairs(shared.unsqueeze(1)));
        values(y).copyFrom(both.narrow(2, still, valueDim));
    }

    private void backward(Tape tape, Tensor q, Tensor shared, Tensor kv, Tensor dy) {
        Tensor dq = Tensors.empty(q.dtype(), q.shape());
        Tensor dkv = Tensors.empty(kv.dtype(), kv.shape());
        Tensor dShared = Tensors.empty(shared.dtype(), shared.size(0), rotated);
        Tensor from = dq.splitColumns(width());
        Tensor both = dkv.splitColumns(still + valueDim);
        from.narrow(2, 0, still).copyFrom(queries(dy).narrow(2, rotated, still));
        pairs(from.narrow(2, still, rotated)).copyFrom(halves(queries(dy)));
        both.narrow(2, 0, still).copyFrom(keys(dy).narrow(2, rotated, still));
        both.narrow(2, still, valueDim).copyFrom(values(dy));
        pairs(dShared.unsqueeze(1)).copyFrom(halves(keys(dy)).sum(1, true));
        tape.add(q, dq);
        tape.add(kv, dkv);
        tape.add(shared, dShared);
    }

    private int width() {
        return rotated + still;
    }

    private Tensor queries(Tensor y) {
        return y.narrow(1, 0, (long) heads * width()).splitColumns(width());
    }

    private Tensor keys(Tensor y) {
        return y.narrow(1, (long) heads * width(), (long) heads * width()).splitColumns(width());
    }

    private Tensor values(Tensor y) {
        return y.narrow(1, 2L * heads * width(), (long) heads * valueDim).splitColumns(valueDim);
    }

    /** The rotated dimensions of every head, [tokens, heads, 2, rotated / 2]. */
    private Tensor halves(Tensor heads) {
        return split(heads.narrow(2, 0, rotated), 2);
    }

    /** The same of a checkpoint's order. */
    private Tensor pairs(Tensor heads) {
        return paired ? split(heads, rotated / 2).transpose(2, 3) : split(heads, 2);
    }

    private static Tensor split(Tensor x, long outer) {
        return new Tensor(x.handle().unflatten(2, outer, -1L));
    }
}
