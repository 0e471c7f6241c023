package dev.lathe.train;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import java.util.function.Supplier;

/** First values of what an adapter trains. Tensors are owned by whoever asks, float32. */
public interface AdapterStart {
    /**
     * A low-rank factor.
     *
     * @param name PEFT's name of it
     * @param computeType type of the arithmetic
     */
    Tensor factor(String name, DType computeType, long rows, long columns);

    /** A module that is trained whole; {@code checkpoint} gives a copy of the base's. */
    Tensor whole(String name, Supplier<Tensor> checkpoint);
}
