package dev.lathe.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A weight file seen in another way: what a view does not say itself is as the file underneath says. */
public interface WeightView extends WeightFile {
    /** What is seen. */
    WeightFile file();

    @Override
    default Set<String> names() {
        return file().names();
    }

    @Override
    default TensorSpec spec(String name) {
        return file().spec(name);
    }

    @Override
    default StoredTensor get(String name, SegmentAllocator computed) {
        return file().get(name, computed);
    }

    @Override
    default List<MemorySegment> stored(String name) {
        return file().stored(name);
    }

    @Override
    default Map<String, String> metadata() {
        return file().metadata();
    }

    @Override
    default void forget() {
        file().forget();
    }

    /** Closes the file as well. */
    @Override
    default void close() {
        file().close();
    }
}
