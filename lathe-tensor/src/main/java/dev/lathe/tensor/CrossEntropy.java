package dev.lathe.tensor;

import dev.lathe.tensor.kernel.CrossEntropyKernel;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * The output head and its loss in one pass over chunks of rows, so that never more than a chunk of logits exists: for
 * each row −log softmax(h Wᵀ)[target], with the gradient (p − 1[target]) at hand as soon as p is. 2,048 rows of a
 * vocabulary of 151,936 take some 0.4 GB instead of 5.4 GB.
 */
public final class CrossEntropy {
    /** Scores of a chunk: the more rows, the more seldom the head is read, and the more memory. */
    private static final long CHUNK = 1 << 25;

    static final long LEAST_ROWS = 256;
    private static final long STEP = 32;

    private CrossEntropy() {}

    /** Rows of a chunk. */
    public static long chunkRows(long vocabulary) {
        return Math.max(LEAST_ROWS, CHUNK / vocabulary / STEP * STEP);
    }

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
        long step = chunkRows(head.rowCount());
        if (hidden.size(0) > step) {
            head.parameter().ifPresent(Parameter::expectSum);
        }
        for (long row = 0; row < hidden.size(0); row += step) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = Chunk.of(hidden, targets, row, step);
                Tensor logits = product(chunk.hidden(), head);
                Optional<CrossEntropyKernel> kernel =
                        Torch.kernels(logits.dtype()).map(Kernels::crossEntropy);
                loss += kernel.map(k -> gradient(k, chunk, logits, scale))
                        .orElseGet(() -> gradientByLibtorch(chunk, logits, scale));
                Tensor dLogits = logits;
                gradient.narrow(0, row, chunk.rows()).copyFrom(chunk.valid(head.timesTransposed(dLogits)));
                head.parameter().ifPresent(w -> w.addGradientProduct(dLogits, chunk.hidden(), 1));
            }
        }
        return new Result(loss, gradient);
    }

    /** Writes scale · (softmax − 1[target]) over the logits; returns the sum of the chunk's losses. */
    private static double gradient(CrossEntropyKernel kernel, Chunk chunk, Tensor logits, double scale) {
        Tensor losses = Tensors.empty(DType.F64, chunk.size());
        Matrix rows = Matrices.of(logits);
        kernel.gradient(rows, chunk.targets().data(), (float) scale, rows, losses.data());
        logits.narrow(0, chunk.rows(), chunk.size() - chunk.rows()).fill(0);
        return chunk.valid(losses).sum();
    }

    private static double gradientByLibtorch(Chunk chunk, Tensor logits, double scale) {
        Tensor p = logits.to(logits.dtype().wide());
        Tensor lse = p.logSumExp(1, true);
        double loss = chunk.valid(lse.minus(p.gather(1, chunk.targets()))).sum();
        p = p.minus(lse).expInPlace();
        p.scatterAddInPlace(
                1, chunk.targets(), Tensors.empty(p.dtype(), chunk.size(), 1).fill(-1));
        p.narrow(0, chunk.rows(), chunk.size() - chunk.rows()).fill(0);
        logits.copyFrom(p.multiplyInPlace(scale));
        return loss;
    }

    /** The loss alone, summed over rows. */
    public static double loss(Tensor hidden, Operand head, Tensor targets) {
        double loss = 0;
        long step = chunkRows(head.rowCount());
        for (long row = 0; row < hidden.size(0); row += step) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = Chunk.of(hidden, targets, row, step);
                Tensor logits = logits(chunk.hidden(), head);
                loss += chunk.valid(logits.logSumExp(1, true).minus(logits.gather(1, chunk.targets())))
                        .sum();
            }
        }
        return loss;
    }

    /** The likeliest token of every row, int64 [rows]. */
    public static Tensor likeliest(Tensor hidden, Operand head) {
        Tensor likeliest = Tensors.empty(DType.I64, hidden.size(0));
        long step = chunkRows(head.rowCount());
        for (long row = 0; row < hidden.size(0); row += step) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(step, hidden.size(0) - row);
                likeliest
                        .narrow(0, row, rows)
                        .copyFrom(logits(hidden.narrow(0, row, rows), head).argmax(1));
            }
        }
        return likeliest;
    }

    /**
     * Some rows, filled up with zeros to a multiple of {@link #STEP}: products of few different shapes are prepared once and
     * then reused.
     *
     * @param hidden [size, hidden]
     * @param targets [size, 1]
     * @param rows how many of them count
     */
    private record Chunk(Tensor hidden, Tensor targets, long rows) {
        static Chunk of(Tensor hidden, Tensor targets, long first, long most) {
            long rows = Math.min(most, hidden.size(0) - first);
            long size = (rows + STEP - 1) / STEP * STEP;
            Tensor h = hidden.narrow(0, first, rows);
            Tensor t = targets.narrow(0, first, rows);
            if (size > rows) {
                h = Tensors.concat(List.of(h, Tensors.zeros(h.dtype(), size - rows, h.size(1))), 0);
                t = Tensors.concat(List.of(t, Tensors.zeros(DType.I64, size - rows)), 0);
            }
            return new Chunk(h, t.unsqueeze(1), rows);
        }

        long size() {
            return hidden.size(0);
        }

        Tensor valid(Tensor perRow) {
            return perRow.narrow(0, 0, rows);
        }
    }

    /** [rows, vocabulary] in the wide type. */
    private static Tensor logits(Tensor hidden, Operand head) {
        return product(hidden, head).to(hidden.dtype().wide());
    }

    /** [rows, vocabulary]. */
    private static Tensor product(Tensor hidden, Operand head) {
        return head.times(hidden);
    }
}
