package dev.lathe.model;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Somebody else's weights: closing them here leaves them open there. */
record LentWeights(WeightFile owned) implements WeightFile {
    @Override
    public Set<String> names() {
        return owned.names();
    }

    @Override
    public TensorSpec spec(String name) {
        return owned.spec(name);
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        return owned.get(name, computed);
    }

    @Override
    public List<MemorySegment> stored(String name) {
        return owned.stored(name);
    }

    @Override
    public Map<String, String> metadata() {
        return owned.metadata();
    }

    @Override
    public void forget() {
        owned.forget();
    }

    @Override
    public void close() {
        // Its owner does that.
    }
}
