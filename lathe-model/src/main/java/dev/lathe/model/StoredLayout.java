package dev.lathe.model;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * How a family's files differ from what a decoder is built from: matrices that lie as [in, out] (GPT-2), names without
 * the prefix that the running model has (GPT-2 and BLOOM on the hub), heads whose rows count by their direction alone
 * (Baichuan 2, which come in as what they are used as).
 */
public final class StoredLayout {
    private static final int BAICHUAN_2 = 125_696;

    private final DecoderSpec spec;

    private StoredLayout(DecoderSpec spec) {
        this.spec = spec;
    }

    public static StoredLayout of(DecoderSpec spec) {
        return new StoredLayout(spec);
    }

    /** The file's tensors as a decoder wants them; the file itself where nothing differs. */
    public WeightFile reading(WeightFile file) {
        boolean same = !spec.is(Trait.TRANSPOSED)
                && !hasDirections()
                && prefixLeftOut(file).isEmpty();
        return same ? file : new View(file);
    }

    /** A decoder's tensors as the family's files have them. */
    public List<TensorSource> writing(List<TensorSource> tensors) {
        return spec.is(Trait.TRANSPOSED) ? tensors.stream().map(this::turned).toList() : tensors;
    }

    private TensorSource turned(TensorSource source) {
        TensorSpec tensor = source.spec();
        if (!isTransposed(tensor.name(), tensor.shape())) {
            return source;
        }
        long[] shape = {tensor.shape()[1], tensor.shape()[0]};
        return new TensorSource(
                new TensorSpec(tensor.name(), tensor.dtype(), shape),
                () -> transposed(source.data().get(), tensor, Arena.ofAuto()));
    }

    private boolean isTransposed(String name, long[] shape) {
        String layers = spec.names().of(Slot.LAYERS);
        return spec.is(Trait.TRANSPOSED) && name.startsWith(layers) && shape.length == 2;
    }

    /** Whether a head is computed from the file's when it is asked for: its rows count by their direction alone. */
    boolean hasDirections() {
        return spec.modelType().equals("baichuan") && spec.vocabulary() == BAICHUAN_2;
    }

    /** What names in the running model begin with and those in the file do not; empty where they agree. */
    private String prefixLeftOut(WeightFile file) {
        String table = spec.embeddingTensor();
        int dot = table.indexOf('.');
        String bare = table.substring(dot + 1);
        boolean leftOut = bare.contains(".")
                && !file.names().contains(table)
                && file.names().contains(bare);
        return leftOut ? table.substring(0, dot + 1) : "";
    }

    /** Columns become rows; elements are copied as they are. */
    private static MemorySegment transposed(MemorySegment data, TensorSpec from, SegmentAllocator memory) {
        long rows = from.shape()[0];
        long columns = from.shape()[1];
        int bytes = from.dtype().bytes();
        MemorySegment turned = memory.allocate(data.byteSize(), Long.BYTES);
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                MemorySegment.copy(
                        data, (row * columns + column) * bytes, turned, (column * rows + row) * bytes, bytes);
            }
        }
        return turned;
    }

    private final class View implements WeightView {
        private final WeightFile file;
        private final SequencedMap<String, String> stored = new LinkedHashMap<>();

        View(WeightFile file) {
            this.file = file;
            String prefix = prefixLeftOut(file);
            for (String name : file.names()) {
                stored.put(name.equals(spec.headTensor()) ? name : prefix + name, name);
            }
        }

        @Override
        public WeightFile file() {
            return file;
        }

        @Override
        public Set<String> names() {
            return stored.sequencedKeySet();
        }

        @Override
        public TensorSpec spec(String name) {
            TensorSpec found = file.spec(stored.getOrDefault(name, name));
            long[] shape = found.shape();
            return new TensorSpec(
                    name, found.dtype(), isTransposed(name, shape) ? new long[] {shape[1], shape[0]} : shape);
        }

        @Override
        public StoredTensor get(String name, SegmentAllocator computed) {
            String source = stored.getOrDefault(name, name);
            if (isTransposed(name, file.spec(source).shape())) {
                StoredTensor found = file.get(source);
                return new StoredTensor(
                        name, found.dtype(), spec(name).shape(), transposed(found.data(), found.spec(), computed));
            }
            if (hasDirections() && name.equals(spec.headTensor())) {
                return directions(source, computed);
            }
            StoredTensor found = file.get(source, computed);
            return new StoredTensor(name, found.dtype(), found.shape(), found.data());
        }

        /** Every row divided by its length. */
        private StoredTensor directions(String name, SegmentAllocator computed) {
            TensorSpec found = file.spec(name);
            MemorySegment memory = computed.allocate(found.bytes(), Long.BYTES);
            try (Scope scope = Scope.open();
                    Tensor rows = new Weights(file, name, DType.F32).copy(name, DType.F32, found.shape())) {
                Tensor inverse = rows.square().sum(1, true).addInPlace(1e-12).rsqrt();
                memory.copyFrom(rows.multiplyInPlace(inverse)
                        .to(found.dtype())
                        .contiguous()
                        .data());
            }
            return new StoredTensor(name, found.dtype(), found.shape(), memory);
        }

        @Override
        public List<MemorySegment> stored(String name) {
            return file.stored(stored.getOrDefault(name, name));
        }
    }
}
