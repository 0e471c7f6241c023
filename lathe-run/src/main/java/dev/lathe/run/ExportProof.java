package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.ConvertedWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.run.InferenceModel.Matrices;
import dev.lathe.run.PromptLogits.Difference;
import dev.lathe.tensor.DType;
import dev.lathe.text.ChatEncoder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Shows that an exported model is base + adapters: what was written is loaded and answers a few prompts, and so do the
 * base with the last adapter beside it and the merged weights before they were rounded. Everything is computed in
 * float32, with one matrix in memory at a time, so that what is compared are the weights and not the arithmetic.
 *
 * <p>Unrounded, the merge must be base + adapter up to the order of float32 operations; and the files must hold, bit for
 * bit, its rounding to the wanted format. What that rounding does to the answers is only told: it is no mistake, and how
 * large it is depends on the model.
 */
record ExportProof(LoadedModel base, List<Path> adapters, ChatEncoder encoder) {
    /** Rounding that shifts the answers more than this, nats, is worth a word. */
    private static final double NOTABLE = 1e-2;

    /**
     * Throws {@link UserError} when the folder does not hold the model.
     *
     * @param tensors what was written
     * @return what was found, for people
     */
    String of(LoadedModel written, List<TensorSource> tensors) {
        List<int[]> prompts = prompts(written);
        stored(tensors, written.weights());
        try (PromptLogits apart = logits(base, adapters, LastAdapter.BESIDE, prompts);
                PromptLogits exported = logits(written, List.of(), LastAdapter.MERGED, prompts)) {
            if (!adapters.isEmpty()) {
                try (PromptLogits merged = logits(base, adapters, LastAdapter.MERGED, prompts)) {
                    mustBeRounding(apart.to(merged));
                }
            }
            return verdict(apart.to(exported), tensors.getFirst().spec().dtype());
        }
    }

    /** The written tokenizer must cut the prompts as the one that was saved does. */
    private List<int[]> prompts(LoadedModel written) {
        int vocabulary = base.spec().vocabulary();
        List<int[]> prompts = new ProbePrompts(encoder, vocabulary).ids();
        ChatEncoder read = new ChatEncoder(encoder.template(), written.tokenizer());
        if (!Arrays.deepEquals(
                prompts.toArray(), new ProbePrompts(read, vocabulary).ids().toArray())) {
            throw new UserError(
                    "the tokenizer that was written cuts texts otherwise than the model's: %s".formatted(DEFECT));
        }
        return prompts;
    }

    private static void stored(List<TensorSource> tensors, WeightFile written) {
        for (TensorSource tensor : tensors) {
            StoredTensor read = written.get(tensor.spec().name());
            boolean same = read.dtype() == tensor.spec().dtype()
                    && Arrays.equals(read.shape(), tensor.spec().shape())
                    && read.data().mismatch(tensor.data().get()) < 0;
            if (!same) {
                throw new UserError("tensor %s did not come back from the disk as it was written: check disk and memory"
                        .formatted(read.name()));
            }
        }
    }

    private static PromptLogits logits(LoadedModel model, List<Path> adapters, LastAdapter last, List<int[]> prompts) {
        LoadedModel wide = model.with(new ConvertedWeights(model.weights(), DType.F32));
        InferenceModel asked = InferenceModel.of(wide, adapters, last, DType.F32, Matrices.STREAMED);
        return PromptLogits.of(asked.decoder(), prompts);
    }

    private static void mustBeRounding(Difference difference) {
        if (!difference.isRounding()) {
            throw new UserError(
                    "merged and base + adapter are not the same model (%s): %s".formatted(difference, DEFECT));
        }
    }

    private static final String DEFECT = "nothing was exported; this is a defect in Lathe, please report it";

    private static String verdict(Difference difference, DType dtype) {
        String format = Arithmetic.name(dtype);
        if (Double.isNaN(difference.delta())) {
            throw new UserError(
                    "written as %s, the model answers with numbers that are not finite: its weights exceed that format. Nothing was exported; choose infer_dtype: bfloat16 or float32"
                            .formatted(format));
        }
        String found = difference.toString();
        return difference.divergence() < NOTABLE
                ? found
                : "%s (that is rounding to %s, more than usual: infer_dtype: float32 would keep it exact)"
                        .formatted(found, format);
    }
}
