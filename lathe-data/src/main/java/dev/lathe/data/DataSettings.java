package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What decides which samples there are. Names are LLaMA-Factory's.
 *
 * @param datasets names in dataset_info.json; one named twice counts once
 * @param evalDatasets names of what is evaluated on; empty for none
 * @param evalOnEachDataset each of them by itself instead of all together
 * @param datasetDir the folder of dataset_info.json
 * @param cutoffLen the longest sample in tokens, as the user gave it: an explicit packing takes one off
 * @param packing empty when unset: then stage pt packs, stage sft does not
 * @param neatPacking packs whose rows do not see each other; implies packing
 * @param maxSamples rows of each data set at most, the first ones
 * @param ignorePadTokenForLoss must be true: nothing is ever padded here
 * @param preprocessingBatchSize rows a batch, within which packs and blocks are made
 * @param preprocessingNumWorkers shares of rows, within which batches are made; it changes packs and blocks
 * @param overwriteCache tokenise again even where the cache has it
 * @param seed of the split and of num_samples
 */
public record DataSettings(
        Stage stage,
        List<String> datasets,
        List<String> evalDatasets,
        boolean evalOnEachDataset,
        Path datasetDir,
        int cutoffLen,
        boolean trainOnPrompt,
        boolean maskHistory,
        Optional<Boolean> packing,
        boolean neatPacking,
        Mixing mixing,
        OptionalInt maxSamples,
        HoldOut valSize,
        boolean ignorePadTokenForLoss,
        int preprocessingBatchSize,
        int preprocessingNumWorkers,
        boolean overwriteCache,
        long seed) {
    /** What the samples are for. */
    public enum Stage {
        /** Running text. */
        PT,
        /** Questions and answers. */
        SFT,
        /** Pairs of answers, for a reward model. */
        RM,
        /** Questions that the model is to answer. */
        PPO,
        /** Pairs of answers. */
        DPO,
        /** Judged answers. */
        KTO;

        /** As written in a configuration: {@code sft}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What it is trained on. */
        Class<? extends Example> kind() {
            return switch (this) {
                case PT, SFT -> Sample.class;
                case RM, DPO -> Pair.class;
                case KTO -> Feedback.class;
                case PPO -> Prompt.class;
            };
        }
    }

    public DataSettings {
        datasets = List.copyOf(datasets);
        evalDatasets = List.copyOf(evalDatasets);
    }

    /** LLaMA-Factory's defaults. */
    public static DataSettings of(Stage stage, Path datasetDir, List<String> datasets) {
        return new DataSettings(
                stage,
                datasets,
                List.of(),
                false,
                datasetDir,
                2048,
                false,
                false,
                Optional.empty(),
                false,
                new Mixing.Concat(),
                OptionalInt.empty(),
                new HoldOut.Nothing(),
                true,
                1000,
                1,
                false,
                42);
    }

    /** Everything that is wrong, one line each; empty when nothing is. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        require(problems, !datasets.isEmpty(), "dataset: name at least one data set");
        require(
                problems,
                cutoffLen >= 1 && effectiveCutoffLen() >= 1,
                "cutoff_len: must be at least 1 (2 with packing)");
        require(problems, maxSamples.orElse(1) >= 1, "max_samples: must be at least 1");
        require(problems, preprocessingBatchSize >= 1, "preprocessing_batch_size: must be at least 1");
        require(problems, preprocessingNumWorkers >= 1, "preprocessing_num_workers: must be at least 1");
        require(problems, !(trainOnPrompt && maskHistory), "mask_history: cannot be had together with train_on_prompt");
        require(
                problems,
                stage == Stage.SFT || !(trainOnPrompt || maskHistory),
                "train_on_prompt, mask_history: for stage sft only");
        require(problems, stage == Stage.SFT || !neatPacking, "neat_packing: for stage sft only; pt has packing");
        require(
                problems,
                evalDatasets.isEmpty() || valSize instanceof HoldOut.Nothing,
                "val_size: cannot be had together with eval_dataset");
        require(
                problems,
                ignorePadTokenForLoss,
                "ignore_pad_token_for_loss: false would train padding, and Lathe never pads; leave it out");
        return problems;
    }

    void check() {
        List<String> problems = problems();
        if (!problems.isEmpty()) {
            throw new UserError(String.join("\n", problems));
        }
    }

    /** Whether rows share samples. */
    public boolean packs() {
        return stage.kind() == Sample.class && (neatPacking || packing.orElse(stage == Stage.PT));
    }

    /** The longest row in tokens: one less than asked for when packing was asked for, as in the reference. */
    public int effectiveCutoffLen() {
        return neatPacking || packing.orElse(false) ? cutoffLen - 1 : cutoffLen;
    }

    private static void require(List<String> problems, boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise);
        }
    }
}
