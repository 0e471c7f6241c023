package dev.lathe.tensor;

import java.util.Optional;

/**
 * Norms of queries and keys before they are rotated (Henry et al. 2020, arXiv:2010.04245): of each head for itself (Qwen
 * 3, Gemma 3, Cohere) or of all heads as one row (OLMo 2).
 *
 * @param whole whether a row is all heads of a token instead of one
 */
public record QkNorm(NormKind kind, double epsilon, int heads, int keyHeads, int headDim, boolean whole) {
    /**
     * @param qkv [tokens, (heads + 2 · keyHeads) · headDim]; stays as it is
     * @param query what queries are scaled by: [headDim], [heads, headDim], or [heads · headDim] where {@code whole}
     * @param key the same for keys
     * @return in memory of its own, with the values of {@code qkv}
     */
    public Tensor apply(Tape tape, Tensor qkv, Operand query, Operand key) {
        Tensor y = qkv.copy();
        RowShares.run(qkv.size(0), qkv.size(1), (from, count) -> {
            Tensor x = qkv.narrow(0, from, count);
            Tensor to = y.narrow(0, from, count);
            forward(queries(x), queries(to), query);
            forward(keys(x), keys(to), key);
        });
        if (tape.needs(qkv) || (tape.isRecording() && (query.isTrained() || key.isTrained()))) {
            tape.record(y, dy -> {
                Tensor gradient = dy.copy();
                weightGradient(queries(qkv), queries(gradient), query);
                weightGradient(keys(qkv), keys(gradient), key);
                RowShares.run(qkv.size(0), qkv.size(1), (from, count) -> {
                    Tensor x = qkv.narrow(0, from, count);
                    Tensor to = gradient.narrow(0, from, count);
                    backward(queries(x), queries(to), query);
                    backward(keys(x), keys(to), key);
                });
                tape.add(qkv, gradient);
            });
        }
        return y;
    }

    private void forward(Tensor x, Tensor y, Operand weight) {
        y.copyFrom(kind.scaled(kind.unit(x, epsilon), weight.value(), Optional.empty(), x.dtype()));
    }

    private void weightGradient(Tensor x, Tensor gradient, Operand weight) {
        weight.parameter().ifPresent(w -> {
            Tensor dy = gradient.to(x.dtype().wide());
            Tensor unit = kind.unit(x, epsilon).unit();
            Tensor along = dy.times(unit).sum(0, false); // [heads, headDim], or [heads · headDim]
            w.addGradient(w.master().dimensions() < along.dimensions() ? along.sum(0, false) : along);
        });
    }

    /** Turns the gradient of the result, where it stands, into that of x. */
    private void backward(Tensor x, Tensor gradient, Operand weight) {
        NormKind.Unit unit = kind.unit(x, epsilon);
        Tensor dy = gradient.to(x.dtype().wide());
        gradient.copyFrom(kind.gradient(unit, weight.value(), dy));
    }

    private Tensor queries(Tensor qkv) {
        return rows(qkv, 0, heads);
    }

    private Tensor keys(Tensor qkv) {
        return rows(qkv, heads, keyHeads);
    }

    /** [tokens, count, headDim], or [tokens, count · headDim]; shares memory. */
    private Tensor rows(Tensor qkv, int from, int count) {
        Tensor columns = qkv.narrow(1, (long) from * headDim, (long) count * headDim);
        return whole ? columns : columns.splitColumns(headDim);
    }
}
