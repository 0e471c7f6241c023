package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation's gradient against finite differences; the two with a formulation of libtorch also against autograd. */
class OperationsTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void rmsNorm(long seed) {
        GradientCheck check = new GradientCheck(seed);
        Operand weight = Operand.fixed(check.random(6));
        check.check(List.of(check.random(3, 6)), (tape, in) -> new RmsNorm(1e-5).apply(tape, in.get(0), weight));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void swiGlu(long seed) {
        GradientCheck check = new GradientCheck(seed);
        check.check(List.of(check.random(3, 10)), (tape, in) -> new SwiGlu().apply(tape, in.get(0)));
    }

    /** Turning is linear: turned back, it must be its own transpose. By tables that are no sine and cosine, to be strict. */
    @ParameterizedTest
    @CsvSource({"1,8,4", "2,6,2", "3,4,4"})
    void ropeTurnsBackByItsTranspose(long seed, int headDim, int rotated) {
        GradientCheck check = new GradientCheck(seed);
        Rope rope = new Rope(check.random(3, rotated / 2), check.random(3, rotated / 2));
        Tensor wide = check.random(3, 4L * headDim);
        Tensor x = wide.narrow(1, headDim, 2L * headDim); // a slice: rows are not contiguous
        Tensor weight = check.random(3, 2L * headDim);
        Tensor before = wide.copy();
        Tensor turnedWeight = weight.copy();
        rope.turnBack(turnedWeight, headDim);
        double back = x.times(turnedWeight).sum();
        rope.turn(x, headDim);
        assertThat(x.times(weight).sum()).isCloseTo(back, within(1e-12));
        assertThat(wide.narrow(1, 0, headDim)
                        .minus(before.narrow(1, 0, headDim))
                        .norm())
                .isZero();
        assertThat(wide.minus(before).norm()).isGreaterThan(0);
    }

    @Test
    void residualUsesOneTensorTwice() {
        GradientCheck check = new GradientCheck(4);
        check.check(List.of(check.random(2, 3)), (tape, in) -> {
            Tensor once = Residual.add(tape, in.get(0), in.get(0));
            return Residual.add(tape, once, in.get(0));
        });
    }

    @Test
    void denseProductAndBias() {
        GradientCheck check = new GradientCheck(5);
        Operand weight = Operand.fixed(check.random(4, 3));
        Operand bias = Operand.fixed(check.random(4));
        check.check(
                List.of(check.random(2, 3)),
                (tape, in) -> DenseProduct.addBias(tape, DenseProduct.apply(tape, in.get(0), weight), bias));
    }

    @ParameterizedTest
    @CsvSource({"1,4,2,4", "2,4,4,2", "3,2,1,4", "4,1,1,2"})
    void attention(long seed, int heads, int keyHeads, int headDim) {
        GradientCheck check = new GradientCheck(seed);
        Attention attention = new Attention(heads, keyHeads, headDim, 0.7);
        Segments segments = new Segments(new int[] {1, 4, 0, 2});
        int tokens = segments.tokens();
        Rope rope = new Rope(check.random(tokens, headDim / 2), check.random(tokens, headDim / 2));
        check.check(
                List.of(check.random(tokens, (heads + 2L * keyHeads) * headDim)),
                (tape, in) -> attention.apply(tape, own(tape, in.get(0)), rope, segments));
    }

    /** In memory of its own, because attention rotates in place. */
    private static Tensor own(Tape tape, Tensor x) {
        return Residual.add(tape, x, Tensors.zeros(x.dtype(), x.shape()));
    }

    /** A segment longer than one chunk of queries, against libtorch's own formulation and its autograd. */
    @ParameterizedTest
    @ValueSource(ints = {255, 256, 257, 600})
    void attentionOverSeveralChunks(int tokens) {
        GradientCheck random = new GradientCheck(tokens);
        Attention attention = new Attention(2, 1, 4, 0.5);
        Tensor qkv = random.random(tokens, 16);
        Tensor dy = random.random(tokens, 8);
        Rope still = new Rope(Tensors.zeros(DType.F64, tokens, 2).fill(1), Tensors.zeros(DType.F64, tokens, 2));
        Tape own = Tape.recording();
        Tape reference = Tape.recording();
        own.watch(qkv);
        reference.watch(qkv);
        Tensor y = attention.apply(own, own(own, qkv), still, Segments.single(tokens));
        Tensor expected = Autograd.record(reference, List.of(qkv), in -> {
            Tensor q = in.get(0).narrow(1, 0, 8).reshape(tokens, 2, 4).transpose(0, 1);
            Tensor k = concatTwice(in.get(0).narrow(1, 8, 4).reshape(1, tokens, 4));
            Tensor v = concatTwice(in.get(0).narrow(1, 12, 4).reshape(1, tokens, 4));
            Tensor scores =
                    q.matmul(k.transpose(1, 2)).times(0.5).plus(Tensors.causalMask(DType.F64, tokens, tokens, 0));
            return scores.softmax(2).matmul(v).transpose(0, 1).reshape(tokens, 8);
        });
        assertThat(y.minus(expected).norm()).isLessThan(1e-10);
        own.backward(y, dy);
        reference.backward(expected, dy);
        Tensor difference =
                own.gradient(qkv).orElseThrow().minus(reference.gradient(qkv).orElseThrow());
        assertThat(difference.norm()).isLessThan(1e-10);
    }

    private static Tensor concatTwice(Tensor x) {
        return Tensors.concat(List.of(x, x), 0);
    }

    @Test
    void crossEntropyMatchesAutogradOverSeveralChunks() {
        GradientCheck random = new GradientCheck(6);
        int rows = 600;
        Tensor hidden = random.random(rows, 5);
        Parameter head = new Parameter("lm_head.weight", random.random(7, 5), DType.F64);
        Tensor targets =
                Tensors.indices(IntStream.range(0, rows).map(i -> i % 7).toArray());
        CrossEntropy.Result result = CrossEntropy.withGradient(hidden, Operand.trained(head), targets, 0.25);

        Tape tape = Tape.recording();
        tape.watch(hidden);
        tape.watch(head.compute());
        Tensor loss = Autograd.record(
                tape,
                List.of(hidden, head.compute()),
                in -> new Tensor(torch.cross_entropy_loss(
                        in.get(0).matmul(in.get(1).transpose(0, 1)).handle(), targets.handle())));
        tape.backward(loss, Tensors.of(new double[] {0.25 * rows}).reshape());
        assertThat(result.loss()).isCloseTo(loss.item() * rows, within(1e-9));
        assertThat(CrossEntropy.loss(hidden, Operand.trained(head), targets)).isCloseTo(result.loss(), within(1e-9));
        assertThat(result.gradient().minus(tape.gradient(hidden).orElseThrow()).norm())
                .isLessThan(1e-10);
        assertThat(head.gradient()
                        .minus(tape.gradient(head.compute()).orElseThrow())
                        .norm())
                .isLessThan(1e-10);
    }

    /** Gradients of trained weights, which go to their parameters and not to the tape, against libtorch's autograd. */
    @Test
    void trainedWeightsGatherTheirGradients() {
        GradientCheck random = new GradientCheck(7);
        Tensor ids = Tensors.indices(new int[] {2, 0, 2});
        Parameter table = new Parameter("embed", random.random(4, 3), DType.F64);
        Parameter scale = new Parameter("norm", random.random(3), DType.F64);
        Parameter weight = new Parameter("linear", random.random(5, 3), DType.F64);
        Parameter bias = new Parameter("bias", random.random(5), DType.F64);
        Tensor dy = random.random(3, 5);
        Tape own = Tape.recording();
        Tensor x = EmbeddingLookup.apply(own, ids, Operand.trained(table));
        Tensor normed = new RmsNorm(1e-6).apply(own, x, Operand.trained(scale));
        Tensor y = DenseProduct.addBias(
                own, DenseProduct.apply(own, normed, Operand.trained(weight)), Operand.trained(bias));
        own.backward(y, dy);

        List<Parameter> parameters = List.of(table, scale, weight, bias);
        List<Tensor> leaves = parameters.stream().map(Parameter::compute).toList();
        Tape reference = Tape.recording();
        leaves.forEach(reference::watch);
        Tensor expected = Autograd.record(reference, leaves, in -> {
            Tensor rows = in.get(0).select(0, ids);
            Tensor unit = rows.times(rows.square()
                    .mean(-1, true)
                    .plus(Tensors.of(new double[] {1e-6}, 1))
                    .rsqrt());
            return unit.times(in.get(1)).matmul(in.get(2).transpose(0, 1)).plus(in.get(3));
        });
        reference.backward(expected, dy);
        for (Parameter parameter : parameters) {
            Tensor difference = parameter
                    .gradient()
                    .minus(reference.gradient(parameter.compute()).orElseThrow());
            assertThat(difference.norm()).as(parameter.name()).isLessThan(1e-12);
        }
    }
}
