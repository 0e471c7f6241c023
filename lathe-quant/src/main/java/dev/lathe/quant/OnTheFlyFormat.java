package dev.lathe.quant;

import dev.lathe.base.UserError;
import dev.lathe.model.Weights;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.util.OptionalDouble;

/**
 * Reads a dense layer and packs it at once: at no time is more than one layer dense, or in memory from the file. Numbers are first rounded to the type of
 * the arithmetic, as they are where the reference loads a model.
 *
 * @param dtype of the arithmetic
 */
record OnTheFlyFormat(Quantizer quantizer, DType dtype) implements MatrixFormat {
    @Override
    public String name() {
        return quantizer.name();
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return true;
    }

    @Override
    public OptionalDouble outliers() {
        return quantizer.outliers();
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        if (!layer.has("weight") || !layer.spec("weight").dtype().isFloating()) {
            throw new UserError(
                    "%s: its weights are quantised already; leave out quantization_bit to use them as they are"
                            .formatted(layer.origin()));
        }
        try (Scope scope = Scope.open()) {
            Tensor dense = new Weights(layer.file(), layer.origin(), dtype)
                    .get(layer.name() + ".weight", layer.out(), layer.in());
            PackedMatrix packed = quantizer.quantize(
                    new Quantizer.Dense(layer.name(), new Numbers(dense.data(), dtype), layer.out(), layer.in()));
            dense.close();
            layer.file().forget();
            return packed;
        }
    }
}
