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

    /** Of {@link #value}. */
    default DType dtype() {
        return value().dtype();
    }

    /** Rows of a table. */
    default long rowCount() {
        return value().size(0);
    }

    /**
     * {@link #value}, to be pointed at as long as the operand is in use; empty where a value is made each time it is asked
     * for, and goes with the scope it was asked for in.
     */
    default Optional<Tensor> lasting() {
        return Optional.of(value());
    }

    /** Rows of a table by number. ids: int64 [tokens]; result: [tokens, columns]. */
    default Tensor rows(Tensor ids) {
        return value().select(0, ids);
    }

    /** x Wᵀ for a table W. x: [rows, columns of W]; result in memory of its own. */
    default Tensor times(Tensor x) {
        return x.matmul(value().transpose(0, 1));
    }

    /** dy W for a table W. */
    default Tensor timesTransposed(Tensor dy) {
        return dy.matmul(value());
    }

    static Operand fixed(Tensor value) {
        return new Fixed(value);
    }

    static Operand packed(PackedTable table) {
        return new Packed(table);
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

    /** Never changes, and is no tensor: {@link #value} makes one each time. */
    record Packed(PackedTable table) implements Operand {
        @Override
        public Tensor value() {
            return table.dense();
        }

        @Override
        public Optional<Parameter> parameter() {
            return Optional.empty();
        }

        @Override
        public DType dtype() {
            return table.dtype();
        }

        @Override
        public long rowCount() {
            return table.rowCount();
        }

        @Override
        public Optional<Tensor> lasting() {
            return Optional.empty();
        }

        @Override
        public Tensor rows(Tensor ids) {
            return table.rows(ids);
        }

        @Override
        public Tensor times(Tensor x) {
            return table.times(x);
        }

        @Override
        public Tensor timesTransposed(Tensor dy) {
            return table.timesTransposed(dy);
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
