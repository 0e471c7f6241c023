package dev.lathe.tensor;

/**
 * The loss of any head: {@link CrossEntropy} where the head is a plain table, and otherwise the same in libtorch's
 * operations, with logits that may be bent to stay below a cap, c · tanh(logits / c), as in Gemma 2. Chunks of rows, so that
 * never more than a chunk of logits exists.
 *
 * @param cap 0 for none
 */
public record HeadLoss(Head head, double cap) {
    /** As {@link CrossEntropy#withGradient}. */
    public CrossEntropy.Result withGradient(Tensor hidden, Tensor targets, double scale) {
        if (isPlain()) {
            return CrossEntropy.withGradient(hidden, head.table().orElseThrow(), targets, scale);
        }
        Tensor gradient = Tensors.empty(hidden.dtype(), hidden.shape());
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += CrossEntropy.LEAST_ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(CrossEntropy.LEAST_ROWS, hidden.size(0) - row);
                Tensor chunk = hidden.narrow(0, row, rows);
                Tensor target = targets.narrow(0, row, rows).reshape(rows, 1);
                Tensor bent = wide(chunk); // [rows, vocabulary]
                Tensor lse = bent.logSumExp(1, true);
                loss += lse.minus(bent.gather(1, target)).sum();
                Tensor p = bent.minus(lse).expInPlace();
                p.scatterAddInPlace(1, target, Tensors.empty(p.dtype(), rows, 1).fill(-1));
                if (cap != 0) {
                    p.multiplyInPlace(
                            bent.square().multiplyInPlace(-1 / (cap * cap)).addInPlace(1));
                }
                Tensor dLogits = p.multiplyInPlace(scale).to(hidden.dtype());
                gradient.narrow(0, row, rows).copyFrom(head.gradient(chunk, dLogits));
            }
        }
        return new CrossEntropy.Result(loss, gradient);
    }

    /** The loss alone, summed over rows. */
    public double loss(Tensor hidden, Tensor targets) {
        if (isPlain()) {
            return CrossEntropy.loss(hidden, head.table().orElseThrow(), targets);
        }
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += CrossEntropy.LEAST_ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(CrossEntropy.LEAST_ROWS, hidden.size(0) - row);
                Tensor bent = wide(hidden.narrow(0, row, rows));
                Tensor target = targets.narrow(0, row, rows).reshape(rows, 1);
                loss += bent.logSumExp(1, true).minus(bent.gather(1, target)).sum();
            }
        }
        return loss;
    }

    /** The likeliest token of every row, int64 [rows]. */
    public Tensor likeliest(Tensor hidden) {
        if (head.table().isPresent()) { // bending keeps the order
            return CrossEntropy.likeliest(hidden, head.table().orElseThrow());
        }
        Tensor likeliest = Tensors.empty(DType.I64, hidden.size(0));
        for (long row = 0; row < hidden.size(0); row += CrossEntropy.LEAST_ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(CrossEntropy.LEAST_ROWS, hidden.size(0) - row);
                Tensor logits = head.logits(hidden.narrow(0, row, rows));
                likeliest.narrow(0, row, rows).copyFrom(logits.argmax(1));
            }
        }
        return likeliest;
    }

    /** The scores themselves. hidden: [rows, hidden]; result: [rows, vocabulary]. */
    public Tensor logits(Tensor hidden) {
        Tensor logits = head.logits(hidden);
        return cap == 0 ? logits : bend(logits, cap);
    }

    /** cap · tanh(logits / cap), in the logits' type. */
    static Tensor bend(Tensor logits, double cap) {
        return new Tensor(logits.times(1 / cap).handle().tanh()).multiplyInPlace(cap);
    }

    private Tensor wide(Tensor hidden) {
        Tensor logits = head.logits(hidden);
        Tensor wide = logits.to(logits.dtype().wide());
        return cap == 0 ? wide : bend(wide, cap);
    }

    private boolean isPlain() {
        return cap == 0 && head.table().isPresent();
    }
}
