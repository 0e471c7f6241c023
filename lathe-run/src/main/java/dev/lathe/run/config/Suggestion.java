package dev.lathe.run.config;

import dev.lathe.base.NearestNames;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The name that was probably meant. */
final class Suggestion {
    /** Names that other trainers, older versions and the grouped dialect use. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("model", "model_name_or_path"),
            Map.entry("base_model", "model_name_or_path"),
            Map.entry("name_or_path", "model_name_or_path"),
            Map.entry("adapter", "adapter_name_or_path"),
            Map.entry("evaluation_strategy", "eval_strategy"),
            Map.entry("max_seq_length", "cutoff_len"),
            Map.entry("max_seq_len", "cutoff_len"),
            Map.entry("sequence_len", "cutoff_len"),
            Map.entry("epochs", "num_train_epochs"),
            Map.entry("num_epochs", "num_train_epochs"),
            Map.entry("lr", "learning_rate"),
            Map.entry("lr_scheduler", "lr_scheduler_type"),
            Map.entry("rank", "lora_rank"),
            Map.entry("lora_r", "lora_rank"),
            Map.entry("alpha", "lora_alpha"),
            Map.entry("target_modules", "lora_target"),
            Map.entry("lora_target_modules", "lora_target"),
            Map.entry("load_in_4bit", "quantization_bit"),
            Map.entry("load_in_8bit", "quantization_bit"),
            Map.entry("datasets", "dataset"),
            Map.entry("val_set_size", "val_size"),
            Map.entry("optimizer", "optim"));

    private Suggestion() {}

    /** The known key that an unknown one most likely means, if any is near. */
    static Optional<String> key(String unknown, Collection<String> known) {
        String elsewhere = ELSEWHERE.get(unknown);
        return elsewhere != null ? Optional.of(elsewhere) : NearestNames.meant(unknown, known);
    }
}
