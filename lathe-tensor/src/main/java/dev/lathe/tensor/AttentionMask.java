package dev.lathe.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * What is added to the scores of {@link AttentionVariant}: −∞ for keys that a query does not see, and what distance costs.
 *
 * @param window how many keys a query sees, itself included; 0 for all
 * @param slopes what a key's distance costs, a number a head; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // made for one use, never compared
record AttentionMask(int window, double[] slopes) {
    /**
     * @param scores [keyHeads, group, rows, keys]
     * @param own which key the first row is itself
     * @return in memory of its own
     */
    Tensor on(Tensor scores, long own) {
        Tensor sum = scores.plus(unseen(scores.dtype(), scores.size(2), scores.size(3), own));
        if (slopes.length > 0) {
            Tensor costs =
                    Tensors.of(slopes, scores.size(0), scores.size(1), 1, 1).to(scores.dtype());
            sum.addInPlace(costs.times(distances(scores.dtype(), scores.size(2), scores.size(3), own)));
        }
        return sum;
    }

    /** [rows, keys]: −∞ right of the query's own key, and left of its window. */
    private Tensor unseen(DType dtype, long rows, long keys, long own) {
        Tensor mask = Tensors.causalMask(dtype, rows, keys, own);
        if (window > 0) {
            Tensor left = Tensors.empty(dtype, rows, keys);
            left.handle().fill_(new Scalar(Double.NEGATIVE_INFINITY));
            mask.addInPlace(new Tensor(torch.tril(left.handle(), own - window)));
        }
        return mask;
    }

    /** [rows, keys]: how far a key is from its query, as a negative number. */
    private static Tensor distances(DType dtype, long rows, long keys, long own) {
        double[] key = new double[(int) keys];
        for (int i = 0; i < key.length; i++) {
            key[i] = i - own;
        }
        double[] query = new double[(int) rows];
        for (int i = 0; i < query.length; i++) {
            query[i] = i;
        }
        return Tensors.of(key, 1, keys)
                .to(dtype)
                .minus(Tensors.of(query, rows, 1).to(dtype));
    }
}
