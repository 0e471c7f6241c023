package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.ConvertedWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.quant.Quantization;
import dev.lathe.quant.Unpacker;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.run.PromptLogits.Difference;
import dev.lathe.run.config.ExportRun;
import dev.lathe.run.config.MergeBase;
import dev.lathe.tensor.DType;
import dev.lathe.text.ChatEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What quantisation has to do with a merge. An adapter learns to make up for what quantisation did to the weights under it;
 * on the original ones it is another model.
 *
 * @param stored the model as it lies on the disk
 * @param packed the model as it was under the adapter, if it was quantised
 * @param storage what it was packed as, for messages
 * @param into what the adapter is merged into
 */
record QuantizedBase(LoadedModel stored, Optional<LoadedModel> packed, String storage, MergeBase into) {
    /** Throws {@link UserError} when what is asked for needs what is not known. */
    static QuantizedBase of(ExportRun run, LoadedModel stored, List<Path> adapters) {
        MergeBase into = run.export().base();
        Optional<String> method = Quantization.method(stored);
        if (method.isPresent()) {
            if (into == MergeBase.ORIGINAL) {
                throw new UserError(
                        "%s is quantised (%s); adding an adapter to quantised weights would round them once more: name the model that they were made from and merge there, or set merge_base: dequantized to write dense weights that are exactly what an adapter trained on them belongs to"
                                .formatted(stored.name(), method.get()));
            }
            LoadedModel packed = Quantization.asStored(stored, new Unpacker());
            return new QuantizedBase(stored, Optional.of(packed), method.get(), into);
        }
        Optional<TrainedBase> kept = adapters.isEmpty() ? Optional.empty() : TrainedBase.of(adapters.getLast());
        Optional<TrainedBase> trained = kept.or(() -> run.model()
                .quantization()
                .map(config -> new TrainedBase(config, stored.spec().dtype())));
        if (trained.isEmpty() && into == MergeBase.DEQUANTIZED) {
            throw new UserError(
                    "merge_base: dequantized: nothing says how the weights under the adapter were quantised; give quantization_bit and what goes with it as they stood in the training, or delete the line");
        }
        return new QuantizedBase(
                stored,
                trained.map(base -> base.pack(stored)),
                trained.map(TrainedBase::toString).orElse(""),
                into);
    }

    /** What the adapters are added to. */
    LoadedModel mergedInto() {
        return into == MergeBase.DEQUANTIZED ? Quantization.dequantised(packed.orElseThrow()) : stored;
    }

    /** How far the merged model is from the one that was trained, in words; empty where nothing was quantised. */
    Optional<String> drift(List<Path> adapters, ChatEncoder encoder) {
        if (packed.isEmpty() || adapters.isEmpty()) {
            return Optional.empty();
        }
        if (into == MergeBase.DEQUANTIZED) {
            return Optional.of(
                    "The adapter was trained on %s; merged into the weights that those stand for, it is what was trained"
                            .formatted(storage));
        }
        List<int[]> prompts = new ProbePrompts(encoder, stored.spec().vocabulary()).ids();
        Difference difference = measure(adapters, prompts);
        return Optional.of(
                "The adapter was trained on %s. Merged into the original weights it is another model: against what was trained, %s. merge_base: dequantized keeps what was trained"
                        .formatted(storage, difference));
    }

    /** Between the adapter on the weights it was trained on and on the original ones, in float32. */
    Difference measure(List<Path> adapters, List<int[]> prompts) {
        LoadedModel wide = stored.with(new ConvertedWeights(stored.weights(), DType.F32));
        try (PromptLogits trained = logits(packed.orElseThrow(), adapters, Matrices.HELD, prompts);
                PromptLogits merged = logits(wide, adapters, Matrices.STREAMED, prompts)) {
            return trained.to(merged);
        }
    }

    private static PromptLogits logits(LoadedModel model, List<Path> adapters, Matrices matrices, List<int[]> prompts) {
        InferenceModel asked = InferenceModel.of(model, adapters, LastAdapter.BESIDE, DType.F32, matrices);
        return PromptLogits.of(asked.decoder(), prompts);
    }
}
