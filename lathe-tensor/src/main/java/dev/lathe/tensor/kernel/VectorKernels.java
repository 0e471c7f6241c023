package dev.lathe.tensor.kernel;

/** Loaded only where the Vector API is: nothing outside it names a class of that module. */
final class VectorKernels {
    private VectorKernels() {}

    /** Whether the host's vectors are worth it: 256 bits, which with x86 means AVX2 and fused multiply-add. */
    static boolean arePaying() {
        return Lanes.F.vectorBitSize() >= 256;
    }

    /** Whether 16 numbers are one vector. */
    static boolean holdsTableOf16() {
        return Lanes.N == 16;
    }

    static PackedRowKernel packedRows() {
        return new VectorPackedRow();
    }

    static PackedDotKernel packedDots() {
        return new VectorPackedDot();
    }

    static BlockDotKernel blockDots() {
        return new VectorBlockDot();
    }

    static Kernels make(Workers workers) {
        return new Kernels(
                "vector-" + Lanes.F.vectorBitSize(),
                new VectorRmsNorm(workers),
                new VectorSwiGlu(workers),
                new VectorRope(workers),
                new VectorSoftmax(workers),
                new VectorCrossEntropy(workers),
                new VectorAdamW(workers),
                new VectorSum(workers),
                new VectorRowProduct(workers),
                new VectorRowAttention(workers),
                new VectorPack(),
                new VectorTileSoftmax());
    }
}
