package dev.lathe.train;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Weights;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.model.file.WeightView;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A base model with an adapter added in, tensor by tensor as it is asked for: W + scaling · B A in float32, rounded once
 * to the base's type, as PEFT merges. Modules that the adapter saved whole take the place of the base's.
 */
public final class MergedWeights implements WeightView {
    private final WeightFile base;
    private final WeightFile adapterFile;
    private final Weights adapter;
    private final double scaling;
    private final Set<String> names;
    private final String head;
    private final String table;

    private MergedWeights(LoadedModel model, WeightFile adapterFile, String origin, double scaling) {
        this.base = model.weights();
        this.head = model.spec().headTensor();
        this.table = model.spec().embeddingTensor();
        this.adapterFile = adapterFile;
        this.adapter = new Weights(adapterFile, origin, DType.F32);
        this.scaling = scaling;
        this.names = new LinkedHashSet<>(base.names());
        if (has(head)) {
            names.add(head);
        }
    }

    /** @param folder of the adapter. Throws {@link UserError} when it does not fit the model. */
    public static LoadedModel merge(LoadedModel model, Path folder) {
        LoraSpec spec = AdapterConfig.read(folder, ModelShape.of(model.spec()).linears());
        WeightFile adapter = StoredAdapter.open(folder, model);
        MergedWeights merged = new MergedWeights(model, adapter, folder.toString(), spec.scaling());
        // A head that was trained by itself is no longer the embedding's table; nor is an embedding still the head's.
        boolean untied = model.spec().tiedHead() && (merged.names.contains(merged.head) || merged.has(merged.table));
        if (!untied) {
            return model.with(merged);
        }
        merged.names.add(merged.head);
        return model.with(merged).untied();
    }

    private boolean has(String name) {
        return adapter.has(PeftNames.whole(name));
    }

    @Override
    public WeightFile file() {
        return base;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(names);
    }

    @Override
    public TensorSpec spec(String name) {
        TensorSpec spec = base.spec(source(name));
        return new TensorSpec(name, spec.dtype(), spec.shape());
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        TensorSpec spec = spec(name);
        String module = name.replaceFirst("\\.weight$", "");
        boolean low = adapter.has(PeftNames.down(module));
        if (!low && !has(name)) {
            StoredTensor stored = base.get(source(name), computed);
            return new StoredTensor(name, stored.dtype(), stored.shape(), stored.data());
        }
        try (Scope scope = Scope.open();
                Tensor whole = low
                        ? added(name, module, spec)
                        : adapter.copy(PeftNames.whole(name), DType.F32, spec.shape())) {
            MemorySegment memory = computed.allocate(spec.bytes(), 8);
            memory.copyFrom(whole.to(spec.dtype()).contiguous().data());
            return new StoredTensor(name, spec.dtype(), spec.shape(), memory);
        }
    }

    /** W + scaling · B A, float32; closed by whoever asks. */
    private Tensor added(String name, String module, TensorSpec spec) {
        long[] shape = spec.shape();
        long rank = adapterFile.spec(PeftNames.down(module)).shape()[0];
        try (Tensor down = adapter.get(PeftNames.down(module), rank, shape[1]);
                Tensor up = adapter.get(PeftNames.up(module), shape[0], rank)) {
            Tensor matrix = new Weights(base, adapter.origin(), DType.F32).copy(name, DType.F32, shape);
            return matrix.addInPlace(up.matmul(down), scaling);
        }
    }

    /** The base's tensor that stands for it: a head that was tied has the embedding's. */
    private String source(String name) {
        return base.names().contains(name) || !name.equals(head) ? name : table;
    }

    @Override
    public List<MemorySegment> stored(String name) {
        return base.stored(source(name));
    }

    @Override
    public void close() {
        adapterFile.close();
        base.close();
    }
}
