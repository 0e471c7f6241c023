package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Causal softmax over the rows of attention scores times a scale, and its gradient from one logsumexp a row (Dao et al.
 * 2022, arXiv:2205.14135). What a row does not see is never read and becomes 0. Float32 between reading and writing.
 */
public interface SoftmaxKernel {
    /**
     * @param scores [heads · rows, keys]
     * @param scale above 0
     * @param probabilities the same shape, written; may be {@code scores}
     * @param lse F32 [heads · rows], written: log of the sum of e^(scale · score)
     */
    void forward(Matrix scores, CausalRows causal, float scale, Matrix probabilities, MemorySegment lse);

    /**
     * P = e^(scale · scores - lse) and dS = scale · P ∘ (dP - Σ P ∘ dP) in one pass.
     *
     * @param dProbabilities dP, [heads · rows, keys]
     * @param probabilities P, written; may be {@code scores}
     * @param dScores dS, written; may be {@code dProbabilities}
     */
    void backward(
            Matrix scores,
            CausalRows causal,
            float scale,
            MemorySegment lse,
            Matrix dProbabilities,
            Matrix probabilities,
            Matrix dScores);
}
