package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of a mixture of experts: gradients against finite differences, and sorted is the same as one by one. */
class ExpertsTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sortedIsOneByOne(long seed) {
        GradientCheck check = new GradientCheck(seed);
        Random random = new Random(seed);
        int experts = 5; // one of which may get nothing
        int[] chosen = new int[12];
        for (int token = 0; token < 6; token++) {
            chosen[2 * token] = random.nextInt(experts);
            chosen[2 * token + 1] = (chosen[2 * token] + 1 + random.nextInt(experts - 1)) % experts;
        }
        Dispatch dispatch = Dispatch.of(chosen, 2, experts);
        Tensor x = check.random(6, 3);
        Tensor weights = check.random(6, 2);
        Tensor y = through(dispatch, Tape.off(), x, weights);
        for (int token = 0; token < 6; token++) {
            Tensor row = x.narrow(0, token, 1);
            double[] expected = new double[3];
            for (int i = 0; i < 2; i++) {
                double[] result = row.times(chosen[2 * token + i] + 1).exp().toDoubles();
                double weight = weights.toDoubles()[2 * token + i];
                for (int j = 0; j < 3; j++) {
                    expected[j] += weight * result[j];
                }
            }
            assertThat(y.narrow(0, token, 1).toDoubles()).containsExactly(expected, within(1e-12));
        }
        check.check(List.of(x.times(0.2), weights), (tape, in) -> through(dispatch, tape, in.get(0), in.get(1)));
    }

    /** Expert e makes exp((e + 1) x) of x. */
    private static Tensor through(Dispatch dispatch, Tape tape, Tensor x, Tensor weights) {
        List<Tensor> pieces = dispatch.split(tape, x);
        List<Optional<Tensor>> results = new ArrayList<>();
        for (int e = 0; e < pieces.size(); e++) {
            Tensor scaled = Scaled.apply(tape, pieces.get(e), e + 1);
            results.add(
                    scaled.size(0) == 0
                            ? Optional.empty()
                            : Optional.of(Autograd.record(
                                    tape, List.of(scaled), in -> in.getFirst().exp())));
        }
        return dispatch.join(tape, results, weights, 3);
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX,false,1", "SOFTMAX,true,1", "SIGMOID,true,2.5", "SIGMOID,false,1"})
    void routerWeights(RouterWeights.Scoring scoring, boolean normalised, double factor) {
        GradientCheck check = new GradientCheck(2);
        RouterWeights weights = new RouterWeights(scoring, normalised, factor);
        Tensor chosen = Tensors.of(new long[] {1, 3, 0, 2, 2, 3}, 3, 2);
        check.check(List.of(check.random(3, 4)), (tape, in) -> weights.apply(tape, in.get(0), chosen, DType.F64));
        double[] sums = weights.apply(Tape.off(), check.random(3, 4), chosen, DType.F64)
                .sum(1, false)
                .toDoubles();
        if (normalised) {
            assertThat(sums).containsExactly(new double[] {factor, factor, factor}, within(1e-9));
        }
    }

    /** Adding the pull to the gradient is differentiating c · Σ softmax. */
    @Test
    void balance() {
        GradientCheck check = new GradientCheck(3);
        Tensor logits = check.random(4, 3);
        float[] pull = {0.5f, -1, 2};
        Tape tape = Tape.recording();
        tape.watch(logits);
        Tensor same = RouterBalance.apply(tape, logits, 3, () -> pull);
        Tensor zero = Tensors.zeros(DType.F64, 4, 3);
        tape.backward(same, zero);
        double[] own = tape.gradient(logits).orElseThrow().toDoubles();
        Tape reference = Tape.recording();
        reference.watch(logits);
        Tensor c = Tensors.of(new double[] {0.5, -1, 2}, 1, 3);
        Tensor sum = Autograd.record(reference, List.of(logits), in -> in.getFirst()
                .narrow(0, 0, 3)
                .softmax(1)
                .times(c)
                .sum(1, false)
                .sum(0, false));
        reference.backward(sum, Tensors.of(new double[] {1}, 1).reshape());
        assertThat(own).containsExactly(reference.gradient(logits).orElseThrow().toDoubles(), within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stackedProduct(boolean transposed) {
        GradientCheck check = new GradientCheck(4);
        Tensor stack = transposed ? check.random(3, 4, 2) : check.random(3, 2, 4);
        Operand bias = Operand.fixed(check.random(3, 4));
        check.check(List.of(check.random(5, 2)), (tape, in) -> new StackedProduct(
                        Operand.fixed(stack), Optional.of(bias), transposed)
                .apply(tape, in.get(0), 1));
        Tensor x = check.random(5, 2);
        Tensor dy = check.random(5, 4);
        Parameter w = new Parameter("w", Scope.release(stack.copy()), DType.F64);
        Parameter b = new Parameter("b", Scope.release(bias.value().copy()), DType.F64);
        Tape tape = Tape.recording();
        Tensor y =
                new StackedProduct(Operand.trained(w), Optional.of(Operand.trained(b)), transposed).apply(tape, x, 2);
        tape.backward(y, dy);
        Tensor expected =
                transposed ? dy.transpose(0, 1).matmul(x) : x.transpose(0, 1).matmul(dy);
        assertThat(w.gradient().narrow(0, 2, 1).toDoubles())
                .containsExactly(expected.contiguous().toDoubles(), within(1e-12));
        assertThat(w.gradient().narrow(0, 0, 2).norm()).isZero();
        assertThat(b.gradient().narrow(0, 2, 1).toDoubles())
                .containsExactly(dy.sum(0, false).toDoubles(), within(1e-12));
    }
}
