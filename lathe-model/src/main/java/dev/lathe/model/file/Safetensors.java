package dev.lathe.model.file;

import dev.lathe.base.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One safetensors file, mapped. Costs address space, not memory, until tensors are read. */
public final class Safetensors implements WeightFile {
    private final MappedFile file;
    private final SafetensorsHeader header;

    private Safetensors(MappedFile file) {
        this.file = file;
        this.header = SafetensorsHeader.of(file);
    }

    /** Maps the file and checks its whole header. Throws {@link UserError} when it is missing, cut off or malformed. */
    public static WeightFile open(Path path) {
        return MappedFile.reading(path, Safetensors::new);
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    @Override
    public TensorSpec spec(String name) {
        return entry(name).spec();
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        TensorSpec spec = spec(name);
        return new StoredTensor(name, spec.dtype(), spec.shape(), stored(name).getFirst());
    }

    @Override
    public List<MemorySegment> stored(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        return List.of(file.bytes().asSlice(entry.start(), entry.length()));
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public void forget() {
        file.forget();
    }

    @Override
    public void close() {
        file.close();
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry entry = header.tensors().get(name);
        if (entry == null) {
            throw StoredTensor.missing(file.path().toString(), name, names());
        }
        return entry;
    }
}
