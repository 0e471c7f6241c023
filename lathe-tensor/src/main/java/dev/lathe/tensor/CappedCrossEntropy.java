package dev.lathe.tensor;

/**
 * {@link CrossEntropy} for a head whose logits are bent to stay below a cap, c · tanh(logits / c), as in Gemma 2. Chunks of
 * rows, so that never more than a chunk of logits exists.
 *
 * @param cap above 0
 */
public record CappedCrossEntropy(double cap) {
    private static final int ROWS = 256;

    /** As {@link CrossEntropy#withGradient}. */
    public CrossEntropy.Result withGradient(Tensor hidden, Operand head, Tensor targets, double scale) {
        Tensor gradient = Tensors.empty(hidden.dtype(), hidden.shape());
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(ROWS, hidden.size(0) - row);
                Tensor chunk = hidden.narrow(0, row, rows);
                Tensor target = targets.narrow(0, row, rows).reshape(rows, 1);
                Tensor bent = bent(chunk, head); // [rows, vocabulary]
                Tensor lse = bent.logSumExp(1, true);
                loss += lse.minus(bent.gather(1, target)).sum();
                Tensor p = bent.minus(lse).expInPlace();
                p.scatterAddInPlace(1, target, Tensors.empty(p.dtype(), rows, 1).fill(-1));
                Tensor slope = bent.square().multiplyInPlace(-1 / (cap * cap)).addInPlace(1);
                Tensor dLogits = p.multiplyInPlace(slope).multiplyInPlace(scale).to(hidden.dtype());
                gradient.narrow(0, row, rows).copyFrom(dLogits.matmul(head.value()));
                head.parameter().ifPresent(w -> w.addGradientProduct(dLogits, chunk, 1));
            }
        }
        return new CrossEntropy.Result(loss, gradient);
    }

    /** The loss alone, summed over rows. */
    public double loss(Tensor hidden, Operand head, Tensor targets) {
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(ROWS, hidden.size(0) - row);
                Tensor bent = bent(hidden.narrow(0, row, rows), head);
                Tensor target = targets.narrow(0, row, rows).reshape(rows, 1);
                loss += bent.logSumExp(1, true).minus(bent.gather(1, target)).sum();
            }
        }
        return loss;
    }

    /** c · tanh(logits / c), in the logits' type. */
    public Tensor bend(Tensor logits) {
        return new Tensor(logits.times(1 / cap).handle().tanh()).multiplyInPlace(cap);
    }

    private Tensor bent(Tensor hidden, Operand head) {
        Tensor logits = hidden.matmul(head.value().transpose(0, 1));
        return bend(logits.to(logits.dtype().wide()));
    }
}
