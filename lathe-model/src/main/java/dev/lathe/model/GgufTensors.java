package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.model.GgufFamily.Place;
import dev.lathe.model.file.Gguf;
import dev.lathe.model.file.PackedRowFile;
import dev.lathe.model.file.PackedRows;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/**
 * A GGUF file's tensors as a family's decoder wants them: under its names, rows of queries and keys in its order, stacks of
 * experts one by one, what was taken apart put together ({@link GgufRecipe}), and Gemma's norms without the one that
 * llama.cpp adds to them.
 */
final class GgufTensors implements PackedRowFile, WeightView {
    private static final Set<String> NO_WEIGHTS =
            Set.of("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight");

    private final PackedRowFile file;
    private final WeightFile wide;
    private final SequencedMap<String, Source> sources = new LinkedHashMap<>();
    private final SequencedMap<String, GgufRecipe> recipes;
    private final SequencedSet<String> names = new LinkedHashSet<>();
    private final DecoderSpec spec;
    private final boolean permuted;

    /**
     * @param expert which of a stack; −1 for a tensor that is none
     * @param rows which row of the file a row here is
     * @param shifted whether 1 was added to it
     */
    private record Source(String name, int expert, LongUnaryOperator rows, boolean reordered, boolean shifted) {
        static Source whole(String name) {
            return new Source(name, -1, LongUnaryOperator.identity(), false, false);
        }
    }

    GgufTensors(Gguf gguf, GgufFamily family, DecoderSpec spec, DType dtype, String origin) {
        this.file = gguf.tensors(dtype);
        this.wide = gguf.tensors(DType.F32);
        this.spec = spec;
        this.permuted = family.permuted();
        this.recipes = GgufRecipe.of(spec, file.names());
        Set<String> used = recipes.values().stream()
                .flatMap(recipe -> recipe.parts().stream())
                .collect(Collectors.toSet());
        for (String name : file.names()) {
            if (!NO_WEIGHTS.contains(name) && !used.contains(name)) {
                add(name, origin);
            }
        }
        names.addAll(sources.keySet());
        names.addAll(recipes.keySet());
    }

    private void add(String name, String origin) {
        Names names = spec.names();
        if (name.contains("attn_norm_2") && spec.modelType().equals("falcon")) {
            String layer = name.substring("blk.".length(), name.indexOf(".attn_norm_2"));
            String kind = name.substring(name.lastIndexOf('.'));
            sources.put(names.of(Integer.parseInt(layer), Slot.ATTENTION_IN) + kind, Source.whole(name));
            return;
        }
        Optional<String> special = GgufFamily.special(name, spec);
        if (special.isPresent()) {
            sources.put(special.get(), Source.whole(name));
            return;
        }
        Place place = GgufFamily.place(name, names)
                .orElseThrow(() -> new UserError(
                        "%s: a model of type %s has no tensor %s; this is another kind of model, or a newer format"
                                .formatted(origin, spec.modelType(), name)));
        if (place.isStack()) {
            for (int expert = 0; expert < spec.experts().map(ExpertsSpec::count).orElse(0); expert++) {
                sources.put(
                        place.name(names, expert),
                        new Source(name, expert, LongUnaryOperator.identity(), false, false));
            }
            return;
        }
        boolean twoNorms = spec.modelType().equals("falcon")
                && place.slot() == Slot.ATTENTION_IN
                && names.has(Slot.MLP_IN)
                && file.names().contains(name.replace("attn_norm", "attn_norm_2"));
        String own = twoNorms ? names.of(place.layer(), Slot.MLP_IN) + "." + place.kind() : place.name(names);
        boolean shifted = spec.is(Trait.OFFSET_NORM) && own.endsWith("norm.weight");
        LongUnaryOperator rows = rows(place.slot());
        boolean reordered = rows.applyAsLong(1) != 1
                || rows.applyAsLong(spec.attention().headDim())
                        != spec.attention().headDim();
        sources.put(own, new Source(name, -1, rows, reordered, shifted));
    }

    /** Which row of the file holds a given row of the decoder's tensor. */
    private LongUnaryOperator rows(Slot slot) {
        AttentionSpec heads = spec.attention();
        long width = heads.headDim();
        if (permuted && (slot == Slot.QUERY || slot == Slot.KEY)) {
            return row -> row - row % width + row % width % (width / 2) * 2 + row % width / (width / 2);
        }
        if (slot == Slot.QKV && spec.is(Trait.GROUPED_QKV)) {
            long group = heads.heads() / heads.keyHeads();
            return row -> {
                long head = row / width;
                long key = head / (group + 2);
                long within = head % (group + 2);
                long plain = within < group
                        ? key * group + within
                        : heads.heads() + (within == group ? 0 : heads.keyHeads()) + key;
                return plain * width + row % width;
            };
        }
        return LongUnaryOperator.identity();
    }

    @Override
    public WeightFile file() {
        return file;
    }

    @Override
    public Set<String> names() {
        return names;
    }

    @Override
    public TensorSpec spec(String name) {
        if (recipes.containsKey(name)) {
            GgufRecipe recipe = recipes.get(name);
            return new TensorSpec(name, file.spec(recipe.parts().getFirst()).dtype(), recipe.shape());
        }
        Source source = source(name);
        TensorSpec found = file.spec(source.name());
        long[] shape = found.shape();
        long[] own = source.expert() >= 0
                ? Arrays.copyOfRange(shape, 1, shape.length)
                : spec.names().has(Slot.SHARED_GATE)
                                && name.endsWith(spec.names().of(Slot.SHARED_GATE) + ".weight")
                        ? new long[] {1, found.elements()}
                        : shape;
        return new TensorSpec(name, found.dtype(), own);
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        TensorSpec own = spec(name);
        if (recipes.containsKey(name)) {
            return whole(recipes.get(name), own, computed);
        }
        Source source = source(name);
        if (source.shifted()) {
            return unshifted(source, own, computed);
        }
        if (!source.reordered() && source.expert() < 0) {
            return new StoredTensor(
                    name,
                    own.dtype(),
                    own.shape(),
                    file.get(source.name(), computed).data());
        }
        MemorySegment data = file.get(source.name()).data();
        if (source.expert() >= 0) {
            data = data.asSlice(source.expert() * own.bytes(), own.bytes());
            return new StoredTensor(name, own.dtype(), own.shape(), data);
        }
        MemorySegment memory = computed.allocate(own.bytes(), Long.BYTES);
        long rows = own.shape()[0];
        long bytes = own.bytes() / rows;
        for (long row = 0; row < rows; row++) {
            MemorySegment.copy(data, source.rows().applyAsLong(row) * bytes, memory, row * bytes, bytes);
        }
        return new StoredTensor(name, own.dtype(), own.shape(), memory);
    }

    /** Experts come unpacked, for their matrices are slices of a stack, and so does what is put together. */
    @Override
    public Optional<PackedRows> packed(String name) {
        if (recipes.containsKey(name)) {
            return Optional.empty();
        }
        Source source = source(name);
        return source.expert() >= 0 || source.shifted()
                ? Optional.empty()
                : file.packed(source.name())
                        .map(rows -> source.reordered() ? new ReorderedRows(rows, source.rows()) : rows);
    }

    private StoredTensor whole(GgufRecipe recipe, TensorSpec own, SegmentAllocator computed) {
        MemorySegment memory = computed.allocate(own.bytes(), Long.BYTES);
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = recipe.parts().stream()
                    .map(part -> new Weights(file, part, own.dtype())
                            .get(part, file.spec(part).shape()))
                    .toList();
            memory.copyFrom(recipe.whole().apply(parts).contiguous().data());
        }
        return new StoredTensor(own.name(), own.dtype(), own.shape(), memory);
    }

    /** In fp32 before it is rounded: 1 + w has not enough digits for w in the narrow types. */
    private StoredTensor unshifted(Source source, TensorSpec own, SegmentAllocator computed) {
        MemorySegment memory = computed.allocate(own.bytes(), Long.BYTES);
        try (Scope scope = Scope.open();
                Tensor plusOne =
                        new Weights(wide, source.name(), DType.F32).copy(source.name(), DType.F32, own.shape())) {
            memory.copyFrom(plusOne.addInPlace(-1).to(own.dtype()).contiguous().data());
        }
        return new StoredTensor(own.name(), own.dtype(), own.shape(), memory);
    }

    private Source source(String name) {
        Source source = sources.get(name);
        if (source == null) {
            throw new UserError("the GGUF file has no tensor %s".formatted(name));
        }
        return source;
    }

    @Override
    public List<MemorySegment> stored(String name) {
        return recipes.containsKey(name)
                ? recipes.get(name).parts().stream()
                        .flatMap(part -> file.stored(part).stream())
                        .toList()
                : file.stored(source(name).name());
    }
}
