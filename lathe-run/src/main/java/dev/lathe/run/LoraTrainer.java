package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Fine-tunes an adapter from Java, without YAML. Immutable; every method gives a trainer with one more setting, and
 * {@link #with} takes any key of docs/configuration.md. Errors in settings are {@link UserError}s, all in one.
 */
public final class LoraTrainer {
    private final Host host;
    private final SequencedMap<String, String> keys;

    private LoraTrainer(Host host, SequencedMap<String, String> keys) {
        this.host = host;
        this.keys = keys;
    }

    /**
     * @param model a folder, a GGUF file, a hub name, or {@code lathe:seedling}
     * @param host of {@link Host#ofProcess}, for most
     */
    public static LoraTrainer on(Host host, String model) {
        return new LoraTrainer(host, new LinkedHashMap<>(Map.of("finetuning_type", "lora", "stage", "sft")))
                .text("model_name_or_path", model);
    }

    /** @param folder where {@code dataset_info.json} stands; names: data sets in it */
    public LoraTrainer data(Path folder, String... names) {
        return text("dataset_dir", folder.toString()).text("dataset", String.join(",", names));
    }

    /** Name of the chat template; left out, the tokenizer's own. */
    public LoraTrainer template(String name) {
        return text("template", name);
    }

    /** Longest sample, in tokens. */
    public LoraTrainer maxLength(int tokens) {
        return with("cutoff_len", Integer.toString(tokens));
    }

    public LoraTrainer rank(int rank) {
        return with("lora_rank", Integer.toString(rank));
    }

    public LoraTrainer alpha(int alpha) {
        return with("lora_alpha", Integer.toString(alpha));
    }

    /** Names of the linear layers to adapt, such as {@code q_proj}; or {@code all}. */
    public LoraTrainer targetModules(String... names) {
        return with("lora_target", String.join(",", names));
    }

    public LoraTrainer learningRate(double rate) {
        return with("learning_rate", Double.toString(rate));
    }

    public LoraTrainer epochs(double epochs) {
        return with("num_train_epochs", Double.toString(epochs));
    }

    /** Samples of a micro-batch. */
    public LoraTrainer batchSize(int samples) {
        return with("per_device_train_batch_size", Integer.toString(samples));
    }

    /** Where adapter, checkpoints and logs go. */
    public LoraTrainer outputDir(Path folder) {
        return text("output_dir", folder.toString());
    }

    private LoraTrainer text(String key, String value) {
        return with(key, Configuration.quoted(value));
    }

    /** Any other key, as it would be written in YAML. */
    public LoraTrainer with(String key, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(keys);
        more.put(key, value);
        return new LoraTrainer(host, more);
    }

    /** Trains to the end, going on from an interrupted run in the same output folder if there is one. */
    public TrainedModel train() {
        List<String> arguments = new ArrayList<>();
        keys.forEach((key, value) -> arguments.add(key + "=" + value));
        boolean done = new TrainingRun(host, Configuration.read(Command.TRAIN, arguments, host.environment())).run();
        if (!done) {
            throw new UserError("the training was interrupted; call train() again to go on from its checkpoint");
        }
        return TrainedModel.open(host, Configuration.read(Command.CHAT, arguments, host.environment()));
    }
}
