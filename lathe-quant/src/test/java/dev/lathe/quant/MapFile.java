package dev.lathe.quant;

import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A weight file in memory. */
final class MapFile implements WeightFile {
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    MapFile put(String name, DType dtype, MemorySegment data, long... shape) {
        return put(new StoredTensor(name, dtype, shape, data));
    }

    MapFile put(StoredTensor tensor) {
        assert tensor.spec().bytes() == tensor.data().byteSize() : tensor.spec();
        tensors.put(tensor.name(), tensor);
        return this;
    }

    MapFile without(String name) {
        tensors.remove(name);
        return this;
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public TensorSpec spec(String name) {
        return get(name, SegmentAllocator.prefixAllocator(MemorySegment.NULL)).spec();
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new UserError("no tensor " + name);
        }
        return tensor;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
