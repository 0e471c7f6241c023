package dev.lathe.tensor.kernel;

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
        SumKernel sum) {
    /** The fastest this host and this JVM can run: vectors need {@code --add-modules jdk.incubator.vector}. */
    public static Kernels forHost(Workers workers) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorKernels.arePaying()) {
            return VectorKernels.make(workers);
        }
        return scalar(workers);
    }

    /** Plain Java. */
    public static Kernels scalar(Workers workers) {
        return new Kernels(
                "scalar",
                new ScalarRmsNorm(workers),
                new ScalarSwiGlu(workers),
                new ScalarRope(workers),
                new ScalarSoftmax(workers),
                new ScalarCrossEntropy(workers),
                new ScalarAdamW(workers),
                new ScalarSum(workers));
    }
}
