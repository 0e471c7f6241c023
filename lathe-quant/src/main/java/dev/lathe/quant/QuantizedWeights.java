package dev.lathe.quant;

import dev.lathe.model.Modules.Part;
import dev.lathe.model.PackedWeights;
import dev.lathe.model.WideWeight;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.PackedTable;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * A model whose linear layers are packed: read so from its checkpoint, or quantised layer by layer while it loads.
 *
 * @param file the tensors that the packed ones stand for
 * @param inputs of products
 */
record QuantizedWeights(DequantizedFile file, Inputs inputs) implements PackedWeights, WeightView {
    /** What products do with their inputs where the storage's library rounds them. */
    enum Inputs {
        AS_THEY_ARE,
        ROUNDED
    }

    QuantizedWeights(DequantizedFile file) {
        this(file, Inputs.AS_THEY_ARE);
    }

    @Override
    public QuantizedWeight weight(List<Part> parts, long in) {
        List<PackedMatrix> matrices = parts.stream()
                .map(part -> file.matrix(part.name(), part.out(), in))
                .toList();
        return new QuantizedWeight(matrices, in, file.unpacker(), rounded(matrices, in));
    }

    private Optional<Int8Product> rounded(List<PackedMatrix> matrices, long in) {
        return inputs == Inputs.AS_THEY_ARE || file.outliers().isEmpty()
                ? Optional.empty()
                : Int8Product.of(matrices, in, file.unpacker(), file.outliers().getAsDouble());
    }

    @Override
    public WideWeight wide(List<Part> parts, long in, long room, DType dtype) {
        QuantizedWeight weight = weight(parts, in);
        return new QuantizedWideWeight(weight, Scope.release(Tensors.zeros(dtype, weight.out(), room)));
    }

    @Override
    public Optional<PackedTable> table(String module, long rows, long columns, DType dtype) {
        return file.table(module + ".weight").map(matrix -> new QuantizedTable(matrix, dtype, file.unpacker()));
    }
}
