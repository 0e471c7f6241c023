package dev.lathe.tensor;

import java.util.function.Supplier;

/**
 * The pull towards an even use of experts (Fedus et al. 2021, arXiv:2101.03961): adds Σ cₑ · Σₜ softmax(logits)ₜₑ to the loss,
 * where c is known only when all layers were seen. The logits pass through unchanged.
 */
public final class RouterBalance {
    private RouterBalance() {}

    /**
     * @param logits [tokens, experts]
     * @param counted the first so many tokens count
     * @param pull c, [experts]; asked for in the backward pass
     */
    public static Tensor apply(Tape tape, Tensor logits, int counted, Supplier<float[]> pull) {
        if (!tape.needs(logits)) {
            return logits;
        }
        Tensor same = logits.narrow(0, 0, logits.size(0));
        tape.record(same, dy -> {
            Tensor gradient = dy.copy();
            float[] c = pull.get();
            Tensor rows = logits.narrow(0, 0, counted);
            Tensor p = rows.to(rows.dtype().wide()).softmax(1);
            Tensor along = p.times(Tensors.of(c, 1, c.length).to(p.dtype()));
            Tensor dRows = along.minus(p.times(along.sum(1, true)));
            gradient.narrow(0, 0, counted).addInPlace(dRows.to(gradient.dtype()));
            tape.add(logits, gradient);
        });
        return same;
    }
}
