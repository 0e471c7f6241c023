package dev.lathe.run;

import dev.lathe.model.Decoder;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.ModelShape;
import dev.lathe.model.PackedWeights;
import dev.lathe.model.Weights;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.config.NumberFormat;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Owner;
import dev.lathe.train.AdapterConfig;
import dev.lathe.train.LoraModules;
import dev.lathe.train.LoraSpec;
import dev.lathe.train.MergedWeights;
import dev.lathe.train.StoredAdapter;
import java.nio.file.Path;
import java.util.List;

/**
 * A model ready to be asked: base, adapters and arithmetic put together. Chat, score and the check of an export use it.
 *
 * @param model the base with those adapters that were merged into it; its weights stay mapped until {@link #close}
 * @param tensors what the decoder holds beside what is mapped
 */
record InferenceModel(LoadedModel model, Decoder decoder, Owner tensors) implements AutoCloseable {
    /** What becomes of the last adapter; those before it are merged in any case. */
    enum LastAdapter {
        /** Stays beside the base, as it was in training. */
        BESIDE,
        /** Added to the base's weights, unless those are packed: a token costs no more than the base's. */
        MERGED
    }

    static InferenceModel open(ModelChoice choice, NumberFormat format, LastAdapter last) {
        return NativeMemory.during("loading " + choice.name(), LessMemory.LOADING, () -> opened(choice, format, last));
    }

    private static InferenceModel opened(ModelChoice choice, NumberFormat format, LastAdapter last) {
        LoadedModel base = choice.open();
        try {
            DType compute = Arithmetic.inference(format, base.spec().dtype());
            return of(choice.loading().load(base, compute), choice.adapters(), last, compute, Matrices.HELD);
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** @param base belongs to the result from now on; closed when there is none */
    static InferenceModel of(
            LoadedModel base, List<Path> adapters, LastAdapter last, DType compute, Matrices matrices) {
        // Merging would make packed weights dense, and round nothing better.
        boolean apart = last == LastAdapter.BESIDE || base.weights() instanceof PackedWeights;
        int beside = apart && !adapters.isEmpty() ? 1 : 0;
        LoadedModel model = merged(base, adapters.subList(0, adapters.size() - beside));
        Owner tensors = new Owner();
        try {
            Decoder decoder = tensors.own(() ->
                    decoder(model, adapters.subList(adapters.size() - beside, adapters.size()), compute, matrices));
            return new InferenceModel(model, decoder, tensors);
        } catch (RuntimeException e) {
            tensors.close();
            model.close();
            throw e;
        }
    }

    private static Decoder decoder(LoadedModel model, List<Path> beside, DType compute, Matrices matrices) {
        FrozenModules frozen = new FrozenModules(new Weights(model.weights(), model.name(), compute), matrices);
        if (beside.isEmpty()) {
            return Decoder.build(model.spec(), frozen);
        }
        Path adapter = beside.getLast();
        LoraSpec spec = AdapterConfig.read(adapter, ModelShape.of(model.spec()).linears());
        try (WeightFile tensors = StoredAdapter.open(adapter, model)) {
            LoraModules modules = new LoraModules(frozen, spec, new StoredAdapter(tensors, adapter.toString()));
            return Decoder.build(model.spec(), modules);
        }
    }

    /**
     * The model with adapters added in one after another, tensor by tensor as they are asked for.
     *
     * @param model belongs to the result from now on; closed when there is none
     */
    static LoadedModel merged(LoadedModel model, List<Path> adapters) {
        LoadedModel merged = model;
        try {
            for (Path adapter : adapters) {
                merged = MergedWeights.merge(merged, adapter);
            }
            return merged;
        } catch (RuntimeException e) {
            merged.close();
            throw e;
        }
    }

    @Override
    public void close() {
        tensors.close();
        model.close();
    }
}
