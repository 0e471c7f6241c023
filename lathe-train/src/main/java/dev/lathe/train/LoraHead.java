package dev.lathe.train;

import dev.lathe.tensor.Head;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;

/**
 * An output head with low-rank factors on it: h Wᵀ + scaling · (h Aᵀ) Bᵀ. Only GPT-NeoX has it, whose head the reference
 * counts among the linear layers. Its input is not dropped out.
 *
 * @param down A, [rank, hidden]
 * @param up B, [vocabulary, rank]
 */
record LoraHead(Head frozen, Parameter down, Parameter up, double scaling) implements Head {
    @Override
    public Tensor logits(Tensor hidden) {
        Tensor low = hidden.matmul(down.compute().transpose(0, 1));
        return frozen.logits(hidden).addMatmulInPlace(low, up.compute().transpose(0, 1), scaling);
    }

    @Override
    public Tensor gradient(Tensor hidden, Tensor dLogits) {
        Tensor low = hidden.matmul(down.compute().transpose(0, 1)); // [rows, rank]
        up.addGradientProduct(dLogits, low, scaling);
        Tensor dLow = dLogits.matmul(up.compute()).multiplyInPlace(scaling);
        down.addGradientProduct(dLow, hidden, 1);
        return frozen.gradient(hidden, dLogits).addMatmulInPlace(dLow, down.compute(), 1);
    }
}
