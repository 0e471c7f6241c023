package dev.lathe.tensor;

import java.util.Optional;

/** A tensor of the model as an operation sees it: fixed, or trained and then with a place for its gradient. */
public sealed interface Operand {
    /** What to compute with. */
    Tensor value();

    /** Where its gradient goes, if it is trained. */
    Optional<Parameter> parameter();

    default boolean isTrained() {
        return parameter().isPresent();
    }

    static Operand fixed(Tensor value) {
        return new Fixed(value);
    }

    static Operand trained(Parameter parameter) {
        return new Trained(parameter);
    }

    /** Never changes. */
    record Fixed(Tensor value) implements Operand {
        @Override
        public Optional<Parameter> parameter() {
            return Optional.empty();
        }
    }

    /** Changes at every step of the optimizer. */
    record Trained(Parameter trained) implements Operand {
        @Override
        public Tensor value() {
            return trained.compute();
        }

        @Override
        public Optional<Parameter> parameter() {
            return Optional.of(trained);
        }
    }
}
