package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of what only some families need, against finite differences; and what must be the same in another way. */
class VariantsTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @EnumSource(NormKind.class)
    void norm(NormKind kind) {
        GradientCheck check = new GradientCheck(1);
        Tensor weight = check.random(6);
        Optional<Operand> bias = Optional.of(Operand.fixed(check.random(6)));
        check.check(List.of(check.random(3, 6)), (tape, in) -> new Norm(kind, 1e-5)
                .apply(tape, in.get(0), Operand.fixed(weight), bias));
        Tensor x = check.random(3, 6);
        parameter(weight, (tape, w) -> new Norm(kind, 1e-5).apply(tape, x, w, bias));
    }

    @Test
    void aNormsBias() {
        GradientCheck check = new GradientCheck(2);
        Tensor x = check.random(3, 6);
        Operand weight = Operand.fixed(check.random(6));
        parameter(check.random(6), (tape, b) -> new Norm(NormKind.LAYER, 1e-5).apply(tape, x, weight, Optional.of(b)));
    }

    @ParameterizedTest
    @CsvSource({"RMS,false", "RMS,true", "RMS_OFFSET,false", "LAYER,false"})
    void qkNorm(NormKind kind, boolean whole) {
        GradientCheck check = new GradientCheck(3);
        QkNorm norm = new QkNorm(kind, 1e-5, 4, 2, 4, whole);
        Tensor query = whole ? check.random(16) : kind == NormKind.LAYER ? check.random(4, 4) : check.random(4);
        Tensor key = whole ? check.random(8) : kind == NormKind.LAYER ? check.random(2, 4) : check.random(4);
        Tensor qkv = check.random(3, 32);
        check.check(List.of(qkv), (tape, in) -> norm.apply(tape, in.get(0), Operand.fixed(query), Operand.fixed(key)));
        parameter(query, (tape, w) -> norm.apply(tape, qkv, w, Operand.fixed(key)));
        parameter(key, (tape, w) -> norm.apply(tape, qkv, Operand.fixed(query), w));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activation(Activation activation) {
        GradientCheck check = new GradientCheck(4);
        check.check(List.of(check.random(3, 5)), (tape, in) -> activation.apply(tape, in.get(0)));
        check.check(List.of(check.random(3, 10)), (tape, in) -> activation.gated(tape, in.get(0), 3));
    }

    @Test
    void clampedSwiGlu() {
        GradientCheck check = new GradientCheck(5);
        check.check(List.of(check.random(3, 10)), (tape, in) -> new ClampedSwiGlu(1.702, 0.4).apply(tape, in.get(0)));
    }

    @Test
    void scaledGatedAndSplit() {
        GradientCheck check = new GradientCheck(6);
        check.check(List.of(check.random(2, 3)), (tape, in) -> Scaled.apply(tape, in.get(0), 0.3));
        check.check(
                List.of(check.random(3, 4), check.random(3, 1)),
                (tape, in) -> SigmoidGate.apply(tape, in.get(0), in.get(1)));
        check.check(List.of(check.random(3, 8)), (tape, in) -> {
            List<Tensor> sides = Columns.split(tape, in.get(0), 5, 3);
            return Residual.add(tape, Scaled.apply(tape, sides.get(1), 2), sides.get(1));
        });
    }

    @ParameterizedTest
    @CsvSource({"4,2,4,true,0", "4,4,4,true,4", "4,1,6,true,2", "4,2,6,false,4", "2,2,4,false,0"})
    void qkvOrder(int heads, int keyHeads, int headDim, boolean grouped, int paired) {
        GradientCheck check = new GradientCheck(7);
        QkvOrder order = new QkvOrder(heads, keyHeads, headDim, grouped, paired);
        long columns = (heads + 2L * keyHeads) * headDim;
        check.check(List.of(check.random(2, columns)), (tape, in) -> order.apply(tape, own(tape, in.get(0))));
        Tensor numbers =
                Tensors.of(IntStream.range(0, (int) columns).asDoubleStream().toArray(), 1, columns);
        double[] moved = order.apply(Tape.off(), numbers).toDoubles();
        assertThat(Arrays.stream(moved).sorted().toArray()).isEqualTo(numbers.toDoubles());
        int group = heads / keyHeads;
        for (int head = 0; head < heads; head++) {
            int stored = grouped ? (head / group) * (group + 2) + head % group : head;
            assertThat(moved[head * headDim + paired / 2]).isEqualTo(stored * headDim + (paired > 0 ? 1 : 0));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,4,2,4,4,0,0,false,false",
        "2,4,2,4,4,2,0,false,false",
        "3,4,4,4,4,0,0.8,false,false",
        "4,4,2,4,4,3,0.8,true,true",
        "5,4,1,4,4,0,0,true,false",
        "6,2,2,6,4,0,0,false,true",
        "7,4,2,4,2,1,0,false,false"
    })
    void attention(
            long seed,
            int heads,
            int keyHeads,
            int keyDim,
            int valueDim,
            int window,
            double cap,
            boolean alibi,
            boolean sinks) {
        GradientCheck check = new GradientCheck(seed);
        double[] slopes = alibi
                ? IntStream.range(0, heads).mapToDouble(i -> 0.3 / (i + 1)).toArray()
                : new double[0];
        AttentionVariant attention = new AttentionVariant(heads, keyHeads, keyDim, valueDim, 0.7, window, cap, slopes);
        Segments segments = new Segments(new int[] {1, 5, 0, 3});
        int tokens = segments.tokens();
        Rope rope = new Rope(check.random(tokens, keyDim / 2), check.random(tokens, keyDim / 2));
        Tensor sink = check.random(heads);
        Optional<Operand> fixed = sinks ? Optional.of(Operand.fixed(sink)) : Optional.empty();
        Tensor qkv = check.random(tokens, (long) heads * keyDim + (long) keyHeads * (keyDim + valueDim));
        check.check(List.of(qkv), (tape, in) -> attention.apply(tape, own(tape, in.get(0)), rope, segments, fixed));
        if (sinks) {
            parameter(sink, (tape, s) -> attention.apply(tape, qkv.copy(), rope, segments, Optional.of(s)));
        }
    }

    /** However many threads share the work, the numbers are the same. */
    @Test
    void threadsChangeNothing() {
        GradientCheck random = new GradientCheck(11);
        Tensor qkv = random.random(300, 64).to(DType.F32);
        Tensor dy = random.random(300, 32).to(DType.F32);
        Operand narrow = Operand.fixed(random.random(8).to(DType.F32));
        Operand wide = Operand.fixed(random.random(32).to(DType.F32));
        Optional<Operand> sinks = Optional.of(Operand.fixed(random.random(4).to(DType.F32)));
        Rope rope = new Rope(
                random.random(300, 4).to(DType.F32), random.random(300, 4).to(DType.F32));
        AttentionVariant attention = new AttentionVariant(4, 2, 8, 8, 0.4, 50, 3, new double[] {0.1, 0.2, 0.3, 0.4});
        QkNorm norm = new QkNorm(NormKind.RMS_OFFSET, 1e-5, 4, 2, 8, false);
        List<float[]> results = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            Torch.start(threads);
            Tape tape = Tape.recording();
            tape.watch(qkv);
            Tensor ordered = new QkvOrder(4, 2, 8, true, 4).apply(tape, qkv);
            Tensor normed = norm.apply(tape, ordered, narrow, narrow);
            Tensor y = attention.apply(tape, normed, rope, new Segments(new int[] {200, 100}), sinks);
            Tensor activated = Activation.GELU_TANH.apply(tape, y);
            Tensor last = new Norm(NormKind.LAYER, 1e-5).apply(tape, activated, wide, Optional.empty());
            tape.backward(last, dy);
            results.add(last.toFloats());
            results.add(tape.gradient(qkv).orElseThrow().toFloats());
        }
        Torch.start(1);
        assertThat(results.get(2)).isEqualTo(results.get(0));
        assertThat(results.get(3)).isEqualTo(results.get(1));
    }

    /** Over several chunks of queries: without anything special it is attention, and read in two parts it is the same. */
    @ParameterizedTest
    @ValueSource(ints = {100, 256, 300, 700})
    void attentionOverSeveralChunks(int tokens) {
        GradientCheck random = new GradientCheck(tokens);
        Tensor qkv = random.random(tokens, 16);
        Rope still = new Rope(Tensors.zeros(DType.F64, tokens, 2).fill(1), Tensors.zeros(DType.F64, tokens, 2));
        Segments one = Segments.single(tokens);
        AttentionVariant plain = new AttentionVariant(2, 1, 4, 4, 0.5, 0, 0, new double[0]);
        Tensor expected = new Attention(2, 1, 4, 0.5).apply(Tape.off(), qkv.copy(), still, one);
        Tensor y = plain.apply(Tape.off(), qkv.copy(), still, one, Optional.empty());
        assertThat(y.minus(expected).norm()).isLessThan(1e-10);

        AttentionVariant special = new AttentionVariant(2, 1, 4, 4, 0.5, 30, 2, new double[] {0.1, 0.01});
        Optional<Operand> sinks = Optional.of(Operand.fixed(random.random(2)));
        Tensor whole = special.apply(Tape.off(), qkv.copy(), still, one, sinks);
        Attention.Parts parts = special.parts(qkv);
        int known = tokens - 60;
        Tensor last = special.extend(parts.q().narrow(0, known, 60), parts.k(), parts.v(), sinks);
        assertThat(last.minus(whole.narrow(0, known, 60)).norm()).isLessThan(1e-10);
        Tensor far = qkv.copy();
        far.narrow(0, 0, known - 29).fill(3); // out of sight of the last 60
        Tensor unmoved = special.apply(Tape.off(), far, still, one, sinks);
        assertThat(unmoved.minus(whole).narrow(0, known, 60).norm()).isLessThan(1e-10);
        assertThat(unmoved.minus(whole).narrow(0, known - 1, 1).norm()).isGreaterThan(1e-6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void latentHeads(boolean paired) {
        GradientCheck check = new GradientCheck(8);
        LatentHeads heads = new LatentHeads(2, 3, 4, 5, paired);
        check.check(
                List.of(check.random(2, 14), check.random(2, 4), check.random(2, 16)),
                (tape, in) -> heads.apply(tape, in.get(0), in.get(1), in.get(2)));
    }

    @ParameterizedTest
    @CsvSource({"0.5,false", "0.5,true", "0,true"})
    void headLoss(double cap, boolean biased) {
        GradientCheck check = new GradientCheck(9);
        Tensor table = check.random(7, 4);
        Tensor shift = check.random(7);
        Tensor hidden = check.random(5, 4);
        Tensor targets = Tensors.indices(new int[] {1, 0, 6, 3, 3});
        Parameter weight = new Parameter("head", Scope.release(table), DType.F64);
        Parameter bias = new Parameter("bias", Scope.release(shift), DType.F64);
        Optional<Operand> trainedBias = biased ? Optional.of(Operand.trained(bias)) : Optional.empty();
        HeadLoss trained = new HeadLoss(new Head.Matrix(Operand.trained(weight), trainedBias), cap);
        CrossEntropy.Result result = trained.withGradient(hidden, targets, 0.4);
        assertThat(result.loss()).isCloseTo(trained.loss(hidden, targets), within(1e-12));
        differences(hidden, result.gradient(), x -> 0.4 * trained.loss(x, targets));
        differences(
                table,
                weight.gradient(),
                w -> 0.4 * fixed(w, shift, biased, cap).loss(hidden, targets));
        if (biased) {
            differences(
                    shift,
                    bias.gradient(),
                    b -> 0.4 * fixed(table, b, true, cap).loss(hidden, targets));
        }
        Tensor logits = trained.logits(hidden);
        double byHand = logits.logSumExp(1, true)
                .minus(logits.gather(1, targets.reshape(5, 1)))
                .sum();
        assertThat(result.loss()).isCloseTo(byHand, within(1e-12));
        assertThat(trained.likeliest(hidden).toDoubles())
                .isEqualTo(logits.argmax(1).toDoubles());
    }

    private static HeadLoss fixed(Tensor table, Tensor bias, boolean biased, double cap) {
        Optional<Operand> shift = biased ? Optional.of(Operand.fixed(bias)) : Optional.empty();
        return new HeadLoss(new Head.Matrix(Operand.fixed(table), shift), cap);
    }

    /** What operation gives for a parameter is differentiated for each of the parameter's numbers. */
    private static void parameter(Tensor value, BiFunction<Tape, Operand, Tensor> operation) {
        Parameter parameter = new Parameter("w", Scope.release(value.copy()), DType.F64);
        Tape tape = Tape.recording();
        Tensor y = operation.apply(tape, Operand.trained(parameter));
        Tensor weight = new GradientCheck(99).random(y.shape());
        tape.backward(y, weight);
        differences(
                value,
                parameter.gradient(),
                w -> operation.apply(Tape.off(), Operand.fixed(w)).times(weight).sum());
    }

    private static void differences(Tensor at, Tensor gradient, ToDoubleFunction<Tensor> function) {
        double[] own = gradient.toDoubles();
        for (int i = 0; i < own.length; i++) {
            double up = function.applyAsDouble(moved(at, i, 1e-5));
            double down = function.applyAsDouble(moved(at, i, -1e-5));
            assertThat(own[i]).as("element %d", i).isCloseTo((up - down) / 2e-5, within(1e-7));
        }
    }

    private static Tensor moved(Tensor x, int element, double step) {
        double[] values = x.toDoubles();
        values[element] += step;
        return Tensors.of(values, x.shape());
    }

    /** In memory of its own, because attention rotates in place. */
    private static Tensor own(Tape tape, Tensor x) {
        return Residual.add(tape, x, Tensors.zeros(x.dtype(), x.shape()));
    }
}
