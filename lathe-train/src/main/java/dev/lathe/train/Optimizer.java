package dev.lathe.train;

import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;
import java.util.SequencedMap;

/** Turns gradients into changes of the parameters, of each by its own gradient and states alone. */
public interface Optimizer {
    /** The next step's changes. */
    Step begin(double learningRate);

    /** Everything that must be saved, by name; loading means copying into these very tensors. */
    SequencedMap<String, Tensor> states();

    /** After the states were loaded: how many steps lie behind. */
    void resumeAt(long step);

    /** One step, in whatever order parameters come. */
    @FunctionalInterface
    interface Step {
        /**
         * Changes the parameter's master by its gradient, once, and refreshes its compute copy; the gradient is spent.
         *
         * @param scale what the gradient is multiplied by first
         */
        void change(Parameter parameter, double scale);
    }
}
