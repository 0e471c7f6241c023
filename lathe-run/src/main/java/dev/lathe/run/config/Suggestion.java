package dev.lathe.run.config;

import java.util.Collection;
import java.util.Comparator;
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
        return elsewhere != null ? Optional.of(elsewhere) : nearest(unknown, known);
    }

    /** The nearest of the given words, if no more than a third of the letters are wrong. */
    static Optional<String> nearest(String word, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .filter(candidate -> distance(word, candidate) <= Math.max(1, Math.min(word.length(), 12) / 3));
    }

    /** Letters to add, drop, change or swap with their neighbour (Damerau 1964, restricted). */
    private static int distance(String a, String b) {
        if (a.length() > 100) {
            return a.length();
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = best;
            }
        }
        return cost[a.length()][b.length()];
    }
}
