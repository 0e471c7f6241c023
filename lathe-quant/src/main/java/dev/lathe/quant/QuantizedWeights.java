package dev.lathe.quant;

import dev.lathe.model.Modules.Part;
import dev.lathe.model.PackedWeights;
import dev.lathe.model.WideWeight;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.util.List;

/**
 * A model whose linear layers are packed: read so from its checkpoint, or quantised layer by layer while it loads.
 *
 * @param file the tensors that the packed ones stand for
 */
record QuantizedWeights(DequantizedFile file) implements PackedWeights, WeightView {
    @Override
    public QuantizedWeight weight(List<Part> parts, long in) {
        List<PackedMatrix> matrices = parts.stream()
                .map(part -> file.matrix(part.name(), part.out(), in))
                .toList();
        return new QuantizedWeight(matrices, in, file.unpacker());
    }

    @Override
    public WideWeight wide(List<Part> parts, long in, long room, DType dtype) {
        QuantizedWeight weight = weight(parts, in);
        return new QuantizedWideWeight(weight, Scope.release(Tensors.zeros(dtype, weight.out(), room)));
    }
}
