package dev.lathe.quant;

import dev.lathe.model.ModelShape;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A model's tensors of which the matrices of linear layers are what packed ones stand for, unpacked as they are asked for;
 * the others are the file's own.
 */
final class DequantizedFile implements WeightView {
    private static final String WEIGHT = ".weight";

    private final WeightFile file;
    private final String origin;
    private final ModelShape shape;
    private final MatrixFormat format;
    private final DType dtype;
    private final Unpacker unpacker;
    private final Map<String, PackedMatrix> tables;
    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

    /**
     * @param origin name of the model, for errors
     * @param dtype of the unpacked matrices: F32, F16 or BF16
     */
    DequantizedFile(
            WeightFile file, String origin, ModelShape shape, MatrixFormat format, DType dtype, Unpacker unpacker) {
        this(file, origin, shape, format, dtype, unpacker, Map.of());
    }

    private DequantizedFile(
            WeightFile file,
            String origin,
            ModelShape shape,
            MatrixFormat format,
            DType dtype,
            Unpacker unpacker,
            Map<String, PackedMatrix> tables) {
        this.file = file;
        this.origin = origin;
        this.shape = shape;
        this.format = format;
        this.dtype = dtype;
        this.unpacker = unpacker;
        this.tables = tables;
        for (TensorSpec spec : shape.tensors()) {
            if (isLinear(spec) || tables.containsKey(spec.name()) || stack(spec).isPresent()) {
                specs.put(spec.name(), new TensorSpec(spec.name(), dtype, spec.shape()));
            } else if (file.names().contains(spec.name())) {
                specs.put(spec.name(), file.spec(spec.name()));
            }
        }
    }

    private boolean isLinear(TensorSpec spec) {
        return spec.shape().length == 2
                && shape.linears().stream().anyMatch(last -> spec.name().endsWith("." + last + WEIGHT));
    }

    /** The experts' matrices that the tensor is the dense form of. */
    private Optional<PackedMatrix> stack(TensorSpec spec) {
        long[] size = spec.shape();
        return size.length == 3 && !file.names().contains(spec.name())
                ? format.stack(new LayerTensors(file, origin, spec.name(), size[2], size[1]), size[0])
                : Optional.empty();
    }

    /** A layer's matrix in its packed form. */
    PackedMatrix matrix(String name, long out, long in) {
        LayerTensors layer = new LayerTensors(file, origin, name, out, in);
        return format.packs(layer) ? format.read(layer) : layer.dense(format);
    }

    /** The matrix whose dense form is tensor {@code name}. */
    PackedMatrix matrix(String name) {
        if (tables.containsKey(name)) {
            return tables.get(name);
        }
        long[] shape = spec(name).shape();
        return matrix(module(name), shape[0], shape[1]);
    }

    /** The module whose weight the tensor is. */
    static String module(String name) {
        return name.substring(0, name.length() - WEIGHT.length());
    }

    /** Whether the tensor is the dense form of a packed matrix. */
    boolean packs(String name) {
        TensorSpec spec = specs.get(name);
        return spec != null && (isLinear(spec) || tables.containsKey(name));
    }

    /** A table that is packed beside the linear layers, by the name of its tensor. */
    Optional<PackedMatrix> table(String name) {
        return Optional.ofNullable(tables.get(name));
    }

    DequantizedFile in(DType other) {
        return new DequantizedFile(file, origin, shape, format, other, unpacker, tables);
    }

    /** With tables packed as well, by the names of their tensors. */
    DequantizedFile with(Map<String, PackedMatrix> packed) {
        return new DequantizedFile(file, origin, shape, format, dtype, unpacker, packed);
    }

    /** {@link MatrixFormat#outliers}. */
    OptionalDouble outliers() {
        return format.outliers();
    }

    Unpacker unpacker() {
        return unpacker;
    }

    @Override
    public WeightFile file() {
        return file;
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
        TensorSpec spec = spec(name);
        Optional<PackedMatrix> stack = stack(spec);
        if (!packs(name) && stack.isEmpty()) {
            return file.get(name, computed);
        }
        MemorySegment data = computed.allocate(spec.bytes(), Long.BYTES);
        try (Scope scope = Scope.open()) {
            Tensor dense = stack.map(experts -> unpacker.turned(experts, spec.shape()[0], dtype))
                    .orElseGet(() -> dense(matrix(name)));
            data.copyFrom(dense.data());
        }
        return new StoredTensor(name, dtype, spec.shape(), data);
    }

    private Tensor dense(PackedMatrix matrix) {
        return unpacker.dense(List.of(matrix), matrix.in(), dtype);
    }

    @Override
    public void close() {
        unpacker.close();
        file.close();
    }
}
