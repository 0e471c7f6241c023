package dev.lathe.tensor;

/**
 * The output head and its loss in one pass over chunks of rows, so that never more than a chunk of logits exists: for
 * each row −log softmax(h Wᵀ)[target], with the gradient (p − 1[target]) at hand as soon as p is. 2,048 rows of a
 * vocabulary of 151,936 take some 0.4 GB instead of 5.4 GB.
 */
public final class CrossEntropy {
    private static final int ROWS = 256;

    private CrossEntropy() {}

    /**
     * @param loss sum over rows, not scaled
     * @param gradient scale · d(loss)/dh, [rows, hidden]
     */
    public record Result(double loss, Tensor gradient) {}

    /**
     * Loss and gradient; the gradient of a trained head is added to its parameter.
     *
     * @param hidden [rows, hidden]
     * @param head [vocabulary, hidden]
     * @param targets int64 [rows]
     * @param scale what the gradient is multiplied by
     */
    public static Result withGradient(Tensor hidden, Operand head, Tensor targets, double scale) {
        Tensor gradient = Tensors.empty(hidden.dtype(), hidden.shape());
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(ROWS, hidden.size(0) - row);
                Tensor h = hidden.narrow(0, row, rows);
                Tensor target = targets.narrow(0, row, rows).unsqueeze(1); // [rows, 1]
                Tensor p = logits(h, head);
                Tensor lse = p.logSumExp(1, true);
                loss += lse.minus(p.gather(1, target)).sum();
                p.subtractInPlace(lse).expInPlace();
                p.scatterAddInPlace(1, target, Tensors.empty(p.dtype(), rows, 1).fill(-1));
                Tensor dLogits = p.multiplyInPlace(scale).to(h.dtype());
                gradient.narrow(0, row, rows).copyFrom(dLogits.matmul(head.value()));
                head.parameter().ifPresent(w -> w.addGradientProduct(dLogits, h, 1));
            }
        }
        return new Result(loss, gradient);
    }

    /** The loss alone, summed over rows. */
    public static double loss(Tensor hidden, Operand head, Tensor targets) {
        double loss = 0;
        for (long row = 0; row < hidden.size(0); row += ROWS) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(ROWS, hidden.size(0) - row);
                Tensor logits = logits(hidden.narrow(0, row, rows), head);
                Tensor target = targets.narrow(0, row, rows).unsqueeze(1);
                loss += logits.logSumExp(1, true)
                        .minus(logits.gather(1, target))
                        .sum();
            }
        }
        return loss;
    }

    /** [rows, vocabulary] in the wide type. */
    private static Tensor logits(Tensor hidden, Operand head) {
        Tensor logits = hidden.matmul(head.value().transpose(0, 1));
        return logits.to(hidden.dtype().wide());
    }
}
