package dev.lathe.tensor;

import java.util.Optional;

/** What turns hidden states into scores of every token of the vocabulary. */
public interface Head {
    /** hidden: [rows, hidden]; result: [rows, vocabulary], in memory of its own. */
    Tensor logits(Tensor hidden);

    /** The gradient of hidden; those of what is trained in the head are added to their parameters. */
    Tensor gradient(Tensor hidden, Tensor dLogits);

    /** The table, where the head is nothing else. */
    default Optional<Operand> table() {
        return Optional.empty();
    }

    /** h Wᵀ, with a bias in a few families. weight: [vocabulary, hidden]; bias: [vocabulary]. */
    record Matrix(Operand weight, Optional<Operand> bias) implements Head {
        @Override
        public Tensor logits(Tensor hidden) {
            Tensor logits = weight.times(hidden);
            bias.ifPresent(b -> logits.addInPlace(b.value()));
            return logits;
        }

        @Override
        public Tensor gradient(Tensor hidden, Tensor dLogits) {
            weight.parameter().ifPresent(w -> w.addGradientProduct(dLogits, hidden, 1));
            bias.flatMap(Operand::parameter)
                    .ifPresent(b ->
                            b.addGradient(dLogits.to(dLogits.dtype().wide()).sum(0, false)));
            return weight.timesTransposed(dLogits);
        }

        @Override
        public Optional<Operand> table() {
            return bias.isPresent() ? Optional.empty() : Optional.of(weight);
        }
    }
}
