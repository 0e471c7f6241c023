package dev.lathe.run;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.run.config.CheckpointConfig;
import dev.lathe.run.config.CheckpointConfig.Resume;
import dev.lathe.run.report.TrainerState;
import dev.lathe.train.BestModel;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Progress;
import dev.lathe.train.StepPlan;
import dev.lathe.train.TrainingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a run begins.
 *
 * @param checkpoint to go on from, if any
 * @param whole whether it is one of Lathe's, with optimizer and position; the reference's give their weights only
 */
record Continuation(Optional<Path> checkpoint, boolean whole) {
    /** Not a key: what the files of the data set held. */
    static final String DATA = "training data";

    /** Settings whose change would make the rest of a run another run than the one that was begun. */
    private static final Set<String> BOUND = Set.of(
            DATA,
            "stage",
            "finetuning_type",
            "model_name_or_path",
            "model_revision",
            "adapter_name_or_path",
            "train_from_scratch",
            "resize_vocab",
            "add_tokens",
            "add_special_tokens",
            "new_special_tokens_config",
            "init_special_tokens",
            "template",
            "tool_format",
            "default_system",
            "enable_thinking",
            "preserve_thinking",
            "dataset",
            "dataset_dir",
            "cutoff_len",
            "train_on_prompt",
            "mask_history",
            "packing",
            "neat_packing",
            "max_samples",
            "mix_strategy",
            "interleave_probs",
            "streaming",
            "buffer_size",
            "preprocessing_batch_size",
            "preprocessing_num_workers",
            "val_size",
            "disable_shuffling",
            "per_device_train_batch_size",
            "gradient_accumulation_steps",
            "seed",
            "data_seed",
            "lora_rank",
            "lora_alpha",
            "lora_target",
            "use_rslora",
            "additional_target",
            "freeze_trainable_layers",
            "freeze_trainable_modules",
            "freeze_extra_modules",
            "bf16",
            "fp16",
            "pure_bf16");

    private static final List<String> WEIGHTS =
            List.of("adapter_model.safetensors", "model.safetensors", "model.safetensors.index.json");

    static Continuation of(CheckpointConfig config, SafeFiles files) {
        Path output = config.outputDir();
        files.sweep(output);
        Optional<Path> found =
                switch (config.resume()) {
                    case Resume.Anew() -> Optional.empty();
                    case Resume.NewestIfAny() -> newestOrEmpty(output);
                    case Resume.Newest() -> {
                        Optional<Path> newest = Checkpoints.newest(output);
                        if (newest.isEmpty()) {
                            throw new UserError(
                                    "resume_from_checkpoint: %s holds no checkpoint; leave the key out to start anew"
                                            .formatted(output));
                        }
                        yield newest;
                    }
                    case Resume.From(Path path) -> {
                        if (!Files.isDirectory(path)) {
                            throw new UserError("resume_from_checkpoint: %s is not there".formatted(path));
                        }
                        yield Optional.of(path);
                    }
                };
        return new Continuation(found, found.map(TrainingState::isIn).orElse(false));
    }

    private static Optional<Path> newestOrEmpty(Path output) {
        Optional<Path> newest = Checkpoints.newest(output);
        boolean finished = WEIGHTS.stream().anyMatch(name -> Files.exists(output.resolve(name)));
        if (newest.isEmpty() && finished) {
            throw new UserError(
                    "output_dir: %s already holds a model. Choose another folder, or set overwrite_output_dir: true"
                            .formatted(output));
        }
        return newest;
    }

    /** The adapter to start from, when only the checkpoint's weights can be used. */
    Optional<Path> weightsOnly() {
        return whole ? Optional.empty() : checkpoint;
    }

    /**
     * Where training begins: restores {@code state} where the whole run goes on.
     *
     * @param say hears about it
     */
    Progress start(TrainingState state, StepPlan plan, Consumer<String> say) {
        if (checkpoint.isEmpty()) {
            return new Progress(0, plan.totalSteps(), 0, 0, 0);
        }
        if (whole) {
            compare(state).forEach(say);
            say.accept("Going on from " + checkpoint.get());
            return state.restore(checkpoint.get(), plan);
        }
        say.accept(
                "%s was not written by Lathe: its weights are used, its optimizer state (a Python pickle) is not, and training starts at step 0"
                        .formatted(checkpoint.get()));
        return new Progress(0, plan.totalSteps(), 0, 0, 0);
    }

    /** Whether nothing is left to do. Not when it was killed between its last checkpoint and its last file: then what is missing is written. */
    boolean isFinished(Progress start, Path output) {
        return start.step() >= start.totalSteps()
                && checkpoint
                        .filter(folder -> TrainerState.endsWith(folder, output))
                        .isPresent();
    }

    /** What the run that goes on had found best, unless that checkpoint is gone. */
    Optional<BestModel.Best> bestSoFar() {
        // Beside the checkpoint, wherever the folder that holds both was moved to.
        return checkpoint.filter(folder -> whole).flatMap(folder -> TrainerState.bestIn(folder)
                .map(found -> new BestModel.Best(
                        found.step(),
                        found.metric(),
                        folder.resolveSibling(Path.of(found.checkpoint()).getFileName())))
                .filter(found -> TrainingState.isIn(found.checkpoint())));
    }

    /**
     * Says what changed since the checkpoint. Throws {@link UserError} when the change would make it another run.
     *
     * @return a line for each change that does no harm
     */
    private List<String> compare(TrainingState state) {
        SequencedMap<String, List<String>> changes = state.changes(checkpoint.orElseThrow());
        SequencedMap<String, List<String>> bound = new LinkedHashMap<>(changes);
        bound.keySet().retainAll(BOUND);
        if (!bound.isEmpty()) {
            throw new UserError(
                    "%s was made with other settings:\n%s\nSet them back to go on, or train into another output_dir (or overwrite_output_dir: true) to start anew."
                            .formatted(
                                    checkpoint.orElseThrow(),
                                    lines(bound).map(line -> "  " + line).collect(Collectors.joining("\n"))));
        }
        return lines(changes)
                .map(line -> "Changed since the checkpoint: " + line)
                .toList();
    }

    private static Stream<String> lines(Map<String, List<String>> changes) {
        return changes.entrySet().stream().map(change -> "%s: was %s, is %s"
                .formatted(
                        change.getKey(),
                        change.getValue().getFirst(),
                        change.getValue().getLast()));
    }
}
