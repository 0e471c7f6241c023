package dev.lathe.model;

import dev.lathe.tensor.Tensor;

/** A linear layer: frozen, trained, or frozen with something trained on top. */
public interface Linear {
    /** x: [tokens, in]; result: [tokens, out]. */
    Tensor apply(Pass pass, Tensor x);

    /** Whether anything in it is trained. */
    boolean isTrained();
}
