package dev.lathe.model;

import dev.lathe.tensor.Tensor;

/** A linear layer: frozen, trained, or frozen with something trained on top. */
public interface Linear {
    /** x: [tokens, in]; result: [tokens, out]. */
    Tensor apply(Pass pass, Tensor x);

    /** Columns it likes to find free behind its input's rows ({@code Tensors.withRoom}); it copies an input without them. */
    default long room() {
        return 0;
    }

    /** Whether anything in it is trained. */
    boolean isTrained();
}
