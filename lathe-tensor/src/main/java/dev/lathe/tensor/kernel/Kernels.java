package dev.lathe.tensor.kernel;

import java.util.Optional;

/**
 * The kernels of one host, chosen once. All share one {@link Workers}, whose owner closes it.
 *
 * <p>Vectors that C2 has not compiled yet are a thousand times slower: the first calls of a kernel take from 0.1 to 1 s,
 * and all kernels together some 4 s of processor time before they are warm.
 *
 * @param name which kind they are, for logs and checkpoints: sums over a row are added up in vectors of the host's width,
 *     so results of two kinds may differ in the last bit
 */
public record Kernels(
        String name,
        RmsNormKernel rmsNorm,
        SwiGluKernel swiGlu,
        RopeKernel rope,
        SoftmaxKernel softmax,
        CrossEntropyKernel crossEntropy,
        AdamWKernel adamW,
        SumKernel sum,
        RowProductKernel rowProduct,
        RowAttentionKernel rowAttention,
        PackKernel pack,
        TileSoftmaxKernel tileSoftmax) {
    /** Those of this host, if it has vectors worth it and this JVM has {@code --add-modules jdk.incubator.vector}. */
    public static Optional<Kernels> ofHost(Workers workers) {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorKernels.arePaying()
                ? Optional.of(VectorKernels.make(workers))
                : Optional.empty();
    }

    /** Those of this host, or plain Java. */
    public static Kernels forHost(Workers workers) {
        return ofHost(workers).orElseGet(() -> scalar(workers));
    }

    /** Plain Java: what the others are tested against. */
    public static Kernels scalar(Workers workers) {
        return new Kernels(
                "scalar",
                new ScalarRmsNorm(workers),
                new ScalarSwiGlu(workers),
                new ScalarRope(workers),
                new ScalarSoftmax(workers),
                new ScalarCrossEntropy(workers),
                new ScalarAdamW(workers),
                new ScalarSum(workers),
                new ScalarRowProduct(workers),
                new ScalarRowAttention(workers),
                new ScalarPack(),
                new ScalarTileSoftmax());
    }
}
