package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import java.util.List;

/**
 * A matrix that is fetched from its file for each product and let go after it: a model of any size then runs in the
 * memory of its largest layer. Each product pays for the reading (and conversion), so it is for a single pass over many
 * tokens.
 *
 * @param parts whose rows it has, one below the other
 */
record StreamedWeight(Weights weights, List<Modules.Part> parts, long in, BlockTurns.Turn turn) implements Weight {
    @Override
    public Tensor times(Tensor x) {
        turn.begin();
        try (Tensor matrix = weights.joined(parts, in);
                Tensor turned = matrix.transpose(0, 1)) {
            return x.matmul(turned);
        }
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        turn.begin();
        try (Tensor matrix = weights.joined(parts, in)) {
            return dy.matmul(matrix);
        }
    }

    @Override
    public Tensor dequantize(DType dtype) {
        return weights.joined(parts, in).to(dtype);
    }

    @Override
    public long out() {
        return parts.stream().mapToLong(Modules.Part::out).sum();
    }
}
