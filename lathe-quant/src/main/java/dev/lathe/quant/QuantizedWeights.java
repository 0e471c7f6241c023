package dev.lathe.quant;

import dev.lathe.model.ModelShape;
import dev.lathe.model.Modules.Part;
import dev.lathe.model.PackedWeights;
import dev.lathe.model.Weight;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model whose linear layers are packed: read so from its checkpoint, or quantised layer by layer while it loads. Its dense
 * tensors are those that dequantising gives, in {@code dtype}.
 */
final class QuantizedWeights implements PackedWeights {
    private final WeightFile file;
    private final String origin;
    private final MatrixFormat format;
    private final DType dtype;
    private final Unpacker unpacker;
    private final Map<String, TensorSpec> linears = new LinkedHashMap<>();
    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

    /**
     * @param origin name of the model, for errors
     * @param dtype of the dense matrices that are asked for: F32, F16 or BF16
     */
    QuantizedWeights(
            WeightFile file, String origin, ModelShape shape, MatrixFormat format, DType dtype, Unpacker unpacker) {
        this.file = file;
        this.origin = origin;
        this.format = format;
        this.dtype = dtype;
        this.unpacker = unpacker;
        for (TensorSpec spec : shape.tensors()) {
            boolean linear = spec.shape().length == 2 && isLinear(spec.name(), shape.linears());
            if (linear) {
                linears.put(spec.name(), new TensorSpec(spec.name(), dtype, spec.shape()));
            }
            if (linear || file.names().contains(spec.name())) {
                specs.put(spec.name(), linear ? linears.get(spec.name()) : file.spec(spec.name()));
            }
        }
    }

    private static boolean isLinear(String name, List<String> linears) {
        return linears.stream().anyMatch(last -> name.endsWith("." + last + ".weight"));
    }

    @Override
    public Weight weight(List<Part> parts, long in) {
        return new QuantizedWeight(
                parts.stream().map(part -> matrix(part.name(), part.out(), in)).toList(), in, unpacker);
    }

    /** A layer's matrix in its packed form. */
    PackedMatrix matrix(String name, long out, long in) {
        LayerTensors layer = new LayerTensors(file, origin, name, out, in);
        return format.packs(layer) ? format.read(layer) : layer.dense(format);
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(specs.keySet());
    }

    @Override
    public TensorSpec spec(String name) {
        TensorSpec spec = specs.get(name);
        return spec == null ? file.spec(name) : spec;
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        TensorSpec linear = linears.get(name);
        if (linear == null) {
            return file.get(name, computed);
        }
        long out = linear.shape()[0];
        long in = linear.shape()[1];
        MemorySegment data = computed.allocate(linear.bytes(), Long.BYTES);
        try (Scope scope = Scope.open()) {
            PackedMatrix matrix = matrix(name.substring(0, name.length() - ".weight".length()), out, in);
            Tensor dense = unpacker.dense(List.of(matrix), in, dtype);
            data.copyFrom(dense.data());
        }
        return new StoredTensor(name, dtype, linear.shape(), data);
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public void close() {
        unpacker.close();
        file.close();
    }
}
