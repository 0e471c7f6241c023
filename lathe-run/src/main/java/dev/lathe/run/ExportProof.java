package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.ConvertedWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.run.PromptLogits.Difference;
import dev.lathe.tensor.DType;
import dev.lathe.text.ChatEncoder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Shows that an exported model is base + adapters: what was written is loaded and answers a few prompts, and so does the
 * base with the last adapter beside it. Everything is computed in float32, with one matrix in memory at a time, so that
 * what is compared are the weights and not the arithmetic.
 *
 * <p>Written in float32, the two must agree up to the order of operations. Written in less, they cannot, and by how much
 * depends on the model; so there the merge must agree with base + adapter before it is rounded, and the written model
 * with the merge after. What rounding does to the answers is told.
 */
final class ExportProof {
    private static final String DEFECT = "nothing was exported; this is a defect in Lathe, please report it";

    /** Rounding that shifts the answers more than this, nats, is worth a word. */
    private static final double NOTABLE = 1e-2;

    private final LoadedModel base;
    private final List<Path> adapters;
    private final ChatEncoder encoder;
    private final DType dtype;

    /** @param dtype of the written weights */
    ExportProof(LoadedModel base, List<Path> adapters, ChatEncoder encoder, DType dtype) {
        this.base = base;
        this.adapters = adapters;
        this.encoder = encoder;
        this.dtype = dtype;
    }

    DType dtype() {
        return dtype;
    }

    /**
     * Throws {@link UserError} when the written model is not base + adapters.
     *
     * @param tensors what was to be written
     * @return what was found, for people
     */
    String of(LoadedModel written, List<TensorSource> tensors) {
        mustBeStored(tensors, written.weights());
        List<int[]> prompts = prompts(written);
        try (PromptLogits apart = logits(base, adapters, LastAdapter.BESIDE, prompts);
                PromptLogits exported = logits(written, List.of(), LastAdapter.MERGED, prompts)) {
            Difference difference = apart.to(exported);
            mustBeFinite(difference);
            if (dtype == DType.F32) {
                mustAgree(difference, "base + adapter");
            } else {
                roundingAlone(apart, exported, prompts);
            }
            return found(difference);
        }
    }

    private static void mustBeStored(List<TensorSource> tensors, WeightFile written) {
        for (TensorSource tensor : tensors) {
            StoredTensor read = written.get(tensor.spec().name());
            boolean same = read.dtype() == tensor.spec().dtype()
                    && Arrays.equals(read.shape(), tensor.spec().shape())
                    && read.data().mismatch(tensor.data().get()) < 0;
            if (!same) {
                throw new UserError(
                        "tensor %s did not come back from the disk as it was written; nothing was exported. Check disk and memory"
                                .formatted(read.name()));
            }
        }
    }

    /** The written tokenizer must cut the prompts as the one that was saved does. */
    private List<int[]> prompts(LoadedModel written) {
        int vocabulary = base.spec().vocabulary();
        List<int[]> prompts = new ProbePrompts(encoder, vocabulary).ids();
        ChatEncoder reread = encoder.with(written.tokenizer());
        List<int[]> again = new ProbePrompts(reread, vocabulary).ids();
        if (!Arrays.deepEquals(prompts.toArray(), again.toArray())) {
            throw new UserError("the written tokenizer cuts texts otherwise than the model's: " + DEFECT);
        }
        return prompts;
    }

    private void roundingAlone(PromptLogits apart, PromptLogits exported, List<int[]> prompts) {
        LoadedModel lent = base.lent();
        LoadedModel wide = lent.with(new ConvertedWeights(lent.weights(), DType.F32));
        try (LoadedModel merged = InferenceModel.merged(wide, adapters)) {
            try (PromptLogits exact = logits(merged, List.of(), LastAdapter.MERGED, prompts)) {
                mustAgree(apart.to(exact), "base + adapter");
            }
            LoadedModel rounded = merged.with(new ConvertedWeights(merged.weights(), dtype));
            try (PromptLogits expected = logits(rounded, List.of(), LastAdapter.MERGED, prompts)) {
                mustAgree(expected.to(exported), "base + adapter, rounded,");
            }
        }
    }

    private static PromptLogits logits(LoadedModel model, List<Path> adapters, LastAdapter last, List<int[]> prompts) {
        LoadedModel lent = model.lent();
        LoadedModel wide = lent.with(new ConvertedWeights(lent.weights(), DType.F32));
        try (InferenceModel asked = InferenceModel.of(wide, adapters, last, DType.F32, Matrices.STREAMED)) {
            return PromptLogits.of(asked.decoder(), prompts);
        }
    }

    private void mustBeFinite(Difference difference) {
        if (!Double.isFinite(difference.delta())) {
            throw new UserError(
                    dtype == DType.F16
                            ? "written as fp16, the model answers with numbers that are not finite: its weights exceed that format. Nothing was exported; choose infer_dtype: bfloat16 or float32"
                            : "the merged model answers with numbers that are not finite: base or adapter is damaged. Nothing was exported");
        }
    }

    private static void mustAgree(Difference difference, String with) {
        if (!difference.isRounding()) {
            throw new UserError(
                    "the exported model and %s are not the same (%s): %s".formatted(with, difference, DEFECT));
        }
    }

    private String found(Difference difference) {
        return difference.divergence() < NOTABLE
                ? difference.toString()
                : "%s (that is rounding to %s, more than usual: infer_dtype: float32 would keep it exact)"
                        .formatted(difference, Arithmetic.name(dtype));
    }
}
