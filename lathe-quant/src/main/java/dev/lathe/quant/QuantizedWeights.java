package dev.lathe.quant;

import dev.lathe.model.Modules.Part;
import dev.lathe.model.PackedWeights;
import dev.lathe.model.WideWeight;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.PackedTable;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model whose linear layers are packed: read so from its checkpoint, or quantised layer by layer while it loads.
 *
 * @param dense the tensors that the packed ones stand for
 * @param inputs of products
 */
record QuantizedWeights(DequantizedFile dense, Inputs inputs) implements PackedWeights {
    /** What products do with their inputs where the storage's library rounds them. */
    enum Inputs {
        AS_THEY_ARE,
        ROUNDED
    }

    QuantizedWeights(DequantizedFile dense) {
        this(dense, Inputs.AS_THEY_ARE);
    }

    @Override
    public QuantizedWeight weight(List<Part> parts, long in) {
        List<PackedMatrix> matrices = parts.stream()
                .map(part -> dense.matrix(part.name(), part.out(), in))
                .toList();
        return new QuantizedWeight(matrices, in, dense.unpacker(), rounded(matrices, in));
    }

    private Optional<Int8Product> rounded(List<PackedMatrix> matrices, long in) {
        return inputs == Inputs.AS_THEY_ARE || dense.outliers().isEmpty()
                ? Optional.empty()
                : Int8Product.of(
                        matrices, in, dense.unpacker(), dense.outliers().getAsDouble());
    }

    @Override
    public WideWeight wide(List<Part> parts, long in, long room, DType dtype) {
        QuantizedWeight weight = weight(parts, in);
        return new QuantizedWideWeight(weight, Scope.release(Tensors.zeros(dtype, weight.out(), room)));
    }

    @Override
    public Optional<PackedTable> table(String module, long rows, long columns, DType dtype) {
        return dense.table(module + ".weight").map(matrix -> new QuantizedTable(matrix, dtype, dense.unpacker()));
    }

    @Override
    public Set<String> names() {
        return dense.names();
    }

    @Override
    public TensorSpec spec(String name) {
        return dense.spec(name);
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        return dense.get(name, computed);
    }

    @Override
    public Map<String, String> metadata() {
        return dense.metadata();
    }

    @Override
    public void forget() {
        dense.forget();
    }

    @Override
    public void close() {
        dense.close();
    }
}
