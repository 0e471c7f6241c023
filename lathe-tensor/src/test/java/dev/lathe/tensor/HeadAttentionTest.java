package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention head by head against the batched one, which computes in float64 here. */
class HeadAttentionTest {
    private static final Segments SEGMENTS = new Segments(new int[] {1, 33, 0, 2, 300, 257, 5});

    @BeforeEach
    void severalThreads() {
        Torch.start(3);
        assumeThat(Torch.kernelName()).as("kernels of this host").startsWith("vector");
    }

    @AfterEach
    void oneThread() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({
        "F32,4,2,16,0",
        "F32,1,1,6,0",
        "F32,3,1,33,5",
        "BF16,4,2,16,0",
        "BF16,9,3,64,32",
        "BF16,2,2,7,0",
        "BF16,1,1,4,0",
        "BF16,8,2,80,0",
        "BF16,5,1,128,0",
        "BF16,14,1,16,0",
    })
    void equalsTheBatchedOne(DType dtype, int heads, int keyHeads, int headDim, long room) {
        GradientCheck random = new GradientCheck(headDim);
        long tokens = SEGMENTS.tokens();
        try (Scope scope = Scope.open()) {
            Attention attention = new Attention(heads, keyHeads, headDim, 0.6 / Math.sqrt(headDim), room);
            Tensor qkv =
                    random.random(tokens, (heads + 2L * keyHeads) * headDim).to(dtype);
            Tensor dy = random.random(tokens, (long) heads * headDim).to(dtype);
            Result fast = run(attention, qkv, dy, SEGMENTS);
            Result exact = run(attention, qkv.to(DType.F64), dy.to(DType.F64), SEGMENTS);
            double tolerance = dtype == DType.F32 ? 2e-6 : 0.01;
            assertThat(distance(fast.y, exact.y)).as("result").isLessThan(tolerance);
            assertThat(distance(fast.dx, exact.dx)).as("gradient").isLessThan(tolerance);
        }
    }

    @Test
    void threadsChangeNothing() {
        GradientCheck random = new GradientCheck(1);
        try (Scope scope = Scope.open()) {
            Attention attention = new Attention(6, 2, 64, 0.1);
            Tensor qkv = random.random(SEGMENTS.tokens(), 10 * 64L).to(DType.BF16);
            Tensor dy = random.random(SEGMENTS.tokens(), 6 * 64L).to(DType.BF16);
            Result three = run(attention, qkv, dy, SEGMENTS);
            Torch.start(1);
            Result one = run(attention, qkv, dy, SEGMENTS);
            assertThat(one.y.data().mismatch(three.y.data())).isEqualTo(-1);
            assertThat(one.dx.data().mismatch(three.dx.data())).isEqualTo(-1);
        }
    }

    /** Where heads of a long segment go one by one, and heads of the shorter one together, which takes more memory. */
    @Test
    void aShorterSegmentMayNeedMoreMemory() {
        Segments segments = new Segments(new int[] {833, 768, 64});
        GradientCheck random = new GradientCheck(2);
        try (Scope scope = Scope.open()) {
            Attention attention = new Attention(3, 1, 16, 0.25);
            Tensor qkv = random.random(segments.tokens(), 5 * 16L).to(DType.BF16);
            Tensor dy = random.random(segments.tokens(), 3 * 16L).to(DType.BF16);
            Result fast = run(attention, qkv, dy, segments);
            Result exact = run(attention, qkv.to(DType.F64), dy.to(DType.F64), segments);
            assertThat(distance(fast.y, exact.y)).as("result").isLessThan(0.01);
            assertThat(distance(fast.dx, exact.dx)).as("gradient").isLessThan(0.01);
        }
    }

    private record Result(Tensor y, Tensor dx) {}

    private static Result run(Attention attention, Tensor qkv, Tensor dy, Segments segments) {
        long tokens = qkv.size(0);
        Rope still = new Rope(Tensors.zeros(DType.F32, tokens, 2).fill(1), Tensors.zeros(DType.F32, tokens, 2));
        Tape tape = Tape.recording();
        tape.watch(qkv);
        Tensor y = attention.apply(tape, qkv, still, segments);
        tape.backward(y, dy);
        return new Result(y, tape.gradient(qkv).orElseThrow());
    }

    /** Relative to the exact one. */
    private static double distance(Tensor fast, Tensor exact) {
        return fast.to(DType.F64).minus(exact).norm() / exact.norm();
    }
}
