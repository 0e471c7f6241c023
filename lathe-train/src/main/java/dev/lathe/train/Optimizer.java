package dev.lathe.train;

import dev.lathe.tensor.Tensor;
import java.util.SequencedMap;

/** Turns gradients into changes of the parameters. */
public interface Optimizer {
    /** Changes every parameter's master by its gradient and refreshes its compute copy; the gradient stays. */
    void step(double learningRate);

    /** Everything that must be saved, by name; loading means copying into these very tensors. */
    SequencedMap<String, Tensor> states();

    /** After the states were loaded: how many steps lie behind. */
    void resumeAt(long step);
}
