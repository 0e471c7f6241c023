package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.StoredLayout;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.quant.Quantization;
import dev.lathe.run.VocabularyGrowth.Grown;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.StreamedWeights;
import dev.lathe.run.config.TrainRun;
import dev.lathe.tensor.DType;
import dev.lathe.train.Artifact;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The model that a training starts with. */
record StartingModel(Host host, TrainRun run) {
    /**
     * Opens it, with all adapters but the last merged into it. Throws {@link UserError} when it cannot be trained as the
     * configuration wants.
     *
     * @param beforeTensors called once, when the base model was opened and no tensor was made yet; adapters are opened after it
     */
    Grown open(Continuation continuation, Runnable beforeTensors) {
        ModelSource source = new ModelSource(host, run.model());
        List<Path> adapters = source.adapters();
        List<Path> trained = Stream.concat(adapters.stream(), continuation.weightsOnly().stream())
                .toList();
        boolean adapter = run.finetune() instanceof LoraConfig;
        Grown grown = new VocabularyGrowth(host, run.model().vocabulary(), adapter ? trained : adapters)
                .of(opened(source, beforeTensors));
        LoadedModel stored = stretched(grown.model());
        refuseQuantised(stored, adapter, adapters.size());
        LoadedModel model = adapter ? loading().load(stored, compute(stored)) : stored;
        if (!adapter && continuation.weightsOnly().isPresent()) {
            try (model) {
                LoadedModel whole = model.with(StoredLayout.of(model.spec())
                        .reading(Checkpoint.open(continuation.weightsOnly().get())));
                return new Grown(whole, grown.resized());
            }
        }
        LoadedModel merged = InferenceModel.merged(model, adapters.subList(0, Math.max(0, adapters.size() - 1)));
        return new Grown(merged, grown.resized());
    }

    private LoadedModel opened(ModelSource source, Runnable beforeTensors) {
        LoadedModel model = source.open(run.training().seed());
        try {
            beforeTensors.run();
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** What is streamed cannot be packed. */
    private WeightLoading loading() {
        WeightLoading loading = WeightLoading.of(run.model(), host::say);
        return run.training().streamed() == StreamedWeights.ALWAYS ? loading.withDenseBlocks() : loading;
    }

    private LoadedModel stretched(LoadedModel model) {
        return run.model()
                .ropeScaling()
                .map(type -> new RopeStretch(type).forTraining(model, run.data().cutoffLen()))
                .orElse(model);
    }

    private void refuseQuantised(LoadedModel model, boolean adapter, int adapters) {
        Optional<String> method = Quantization.method(model);
        if (method.isPresent() && (!adapter || adapters > 1)) {
            throw new UserError("%s is quantised (%s), and quantised weights cannot be %s; %s"
                    .formatted(
                            model.name(),
                            method.get(),
                            adapter ? "merged into" : "trained",
                            adapter
                                    ? "name the last adapter only, or merge the others into the unquantised model first"
                                    : "set finetuning_type: lora, or name the model that they were made from"));
        }
        if (method.isPresent() && run.model().quantization().isPresent()) {
            host.say("Notice: quantization_bit: no effect: %s is quantised already (%s)"
                    .formatted(model.name(), method.get()));
        }
    }

    private DType compute(LoadedModel model) {
        return Arithmetic.training(run.training().precision(), model.spec().dtype())
                .compute();
    }

    /** What the weights under the adapter are packed as, to be kept beside it; nothing for dense ones. */
    Artifact packedBase(LoadedModel model) {
        return Quantization.method(model).isPresent()
                ? (folder, files, progress) -> {}
                : run.model()
                        .quantization()
                        .map(packed -> new TrainedBase(packed, run.model().int8Embedding(), compute(model)).artifact())
                        .orElse((folder, files, progress) -> {});
    }

    /** The model with what is trained in it. */
    Tuning tuning(Continuation continuation, Grown grown, RunParts parts) {
        List<Path> adapters = new ModelSource(host, run.model()).adapters();
        Optional<Path> adapter = continuation
                .weightsOnly()
                .or(() -> adapters.isEmpty() ? Optional.empty() : Optional.of(adapters.getLast()));
        return new TuningSource(
                        run.finetune(),
                        grown.resized(),
                        parts.arithmetic(),
                        parts.matrices(),
                        run.training().seed())
                .tune(grown.model(), adapter);
    }
}
