package dev.lathe.model;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same tensors in another type, converted one by one as they are asked for. Merging several adapters over weights
 * widened to float32 rounds once, at the end, instead of once an adapter.
 */
public record ConvertedWeights(WeightFile file, DType dtype) implements WeightFile {
    @Override
    public Set<String> names() {
        return file.names();
    }

    @Override
    public TensorSpec spec(String name) {
        return new TensorSpec(name, dtype, file.spec(name).shape());
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        if (file.spec(name).dtype() == dtype) {
            return file.get(name, computed);
        }
        TensorSpec spec = spec(name);
        MemorySegment memory = computed.allocate(spec.bytes(), Long.BYTES);
        try (Tensor converted = new Weights(file, name, dtype).get(name, spec.shape())) {
            memory.copyFrom(converted.data());
        }
        return new StoredTensor(name, dtype, spec.shape(), memory);
    }

    @Override
    public List<MemorySegment> stored(String name) {
        return file.stored(name);
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public void forget() {
        file.forget();
    }

    @Override
    public void close() {
        file.close();
    }
}
