package dev.lathe.model;

/**
 * Numbers that a model multiplies by; 1 for most.
 *
 * @param embedding of embeddings, rounded to the type of the arithmetic if {@code rounded}
 * @param residual of what attention and MLP add
 * @param logits of the logits
 * @param logitCap logits are bent to stay below it; 0 for not
 */
public record Multipliers(double embedding, boolean rounded, double residual, double logits, double logitCap) {}
