package dev.lathe.bench.measure;

import dev.lathe.base.UserError;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What training to measure.
 *
 * @param work without a file, the work that Lathe is compared by: LoRA of rank 8 on all linear layers, bf16, steps of
 *     4 x 2 samples
 * @param warmup steps before those that count
 * @param steps that count
 * @param busyNeighbour whether to measure again beside a process that keeps one core busy
 */
public record TrainRequest(ModelRequest work, int warmup, int steps, boolean busyNeighbour) {
    private static final List<String> USUAL = List.of(
            "model_name_or_path=lathe:seedling",
            "stage=sft",
            "finetuning_type=lora",
            "lora_rank=8",
            "lora_alpha=16",
            "lora_target=all",
            "template=chatml",
            "cutoff_len=2048",
            "per_device_train_batch_size=4",
            "gradient_accumulation_steps=2",
            "learning_rate=1.0e-4",
            "bf16=true",
            "dataset=generated");

    /** Throws {@link UserError} for numbers that measure nothing. */
    public TrainRequest {
        if (steps < 1 || steps > 100_000) {
            throw new UserError("--steps %d: one step at least, 100,000 at most".formatted(steps));
        }
        if (warmup < 1 || warmup > 100_000) {
            throw new UserError(
                    "--warmup %d: the first step compiles kernels, so one at least, 100,000 at most".formatted(warmup));
        }
    }

    /** Whether the user named no data, so that samples are made up. */
    boolean generated() {
        return work.file().isEmpty() && work.keys().stream().noneMatch(key -> key.startsWith("dataset="));
    }

    /** Throws {@link UserError} with all that is wrong in file and keys. */
    Configuration configuration(Map<String, String> environment) {
        List<String> arguments = new ArrayList<>();
        work.file().ifPresentOrElse(arguments::add, () -> arguments.addAll(USUAL));
        work.model().ifPresent(name -> arguments.add("model_name_or_path=" + Configuration.quoted(name)));
        arguments.addAll(work.keys());
        arguments.add("do_train=true");
        arguments.add("max_steps=" + (warmup + steps));
        arguments.add("output_dir=lathe-bench"); // nothing is written there
        Configuration configuration = Configuration.read(Command.TRAIN, arguments, environment);
        Map<String, String> effective = configuration.effective();
        if (generated()
                && List.of("packing", "neat_packing").stream().anyMatch(key -> "true".equals(effective.get(key)))) {
            throw new UserError("made-up samples are not packed: give dataset= and dataset_dir=, or packing=false");
        }
        return configuration;
    }
}
