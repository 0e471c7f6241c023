package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Compares an operation's own gradient with central differences, in float64. */
final class GradientCheck {
    private static final double STEP = 1e-5;

    private final Random random;

    GradientCheck(long seed) {
        this.random = new Random(seed);
    }

    Tensor random(long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        return Tensors.of(random.doubles(count, -1, 1).toArray(), shape);
    }

    /** Σ weight ∘ operation(inputs) is differentiated for every element of every input. */
    void check(List<Tensor> inputs, BiFunction<Tape, List<Tensor>, Tensor> operation) {
        Tape tape = Tape.recording();
        inputs.forEach(tape::watch);
        Tensor y = operation.apply(tape, inputs);
        Tensor weight = random(y.shape());
        tape.backward(y, weight);
        for (int i = 0; i < inputs.size(); i++) {
            double[] own = tape.gradient(inputs.get(i)).orElseThrow().toDoubles();
            assertThat(own).as("gradient of input %d", i).hasSize((int)
                    inputs.get(i).count());
            for (int e = 0; e < own.length; e++) {
                double up = objective(inputs, i, e, STEP, weight, operation);
                double down = objective(inputs, i, e, -STEP, weight, operation);
                assertThat(own[e]).as("input %d element %d", i, e).isCloseTo((up - down) / (2 * STEP), within(1e-7));
            }
        }
    }

    private static double objective(
            List<Tensor> inputs,
            int input,
            int element,
            double step,
            Tensor weight,
            BiFunction<Tape, List<Tensor>, Tensor> operation) {
        try (Scope scope = Scope.open()) {
            List<Tensor> moved = new ArrayList<>(inputs);
            double[] values = inputs.get(input).toDoubles();
            values[element] += step;
            moved.set(input, Tensors.of(values, inputs.get(input).shape()));
            return operation.apply(Tape.off(), moved).times(weight).sum();
        }
    }
}
