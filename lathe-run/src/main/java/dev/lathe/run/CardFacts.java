package dev.lathe.run;

import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.report.ModelCard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** What a run's configuration contributes to its model card. */
record CardFacts(TrainRun run, Configuration configuration) {
    ModelCard.Facts facts() {
        Map<String, String> effective = configuration.effective();
        SequencedMap<String, Object> hyperparameters = new LinkedHashMap<>();
        hyperparameters.put("learning_rate", run.optimizer().learningRate());
        hyperparameters.put("train_batch_size", run.training().microBatch());
        hyperparameters.put("eval_batch_size", run.evaluation().batch());
        hyperparameters.put("seed", run.training().seed());
        if (run.training().accumulation() > 1) {
            hyperparameters.put("gradient_accumulation_steps", run.training().accumulation());
            hyperparameters.put(
                    "total_train_batch_size",
                    run.training().microBatch() * run.training().accumulation());
        }
        hyperparameters.put(
                "optimizer",
                "AdamW with betas=(%s,%s) and epsilon=%s"
                        .formatted(
                                run.optimizer().beta1(),
                                run.optimizer().beta2(),
                                run.optimizer().epsilon()));
        hyperparameters.put("lr_scheduler_type", run.schedule().type().word());
        for (String key : List.of("warmup_ratio", "warmup_steps", "num_train_epochs", "max_steps")) {
            if (effective.containsKey(key)) {
                hyperparameters.put(key, effective.get(key));
            }
        }
        SequencedMap<String, String> versions = new LinkedHashMap<>();
        versions.put("Java", Runtime.version().toString());
        return new ModelCard.Facts(
                String.valueOf(run.checkpoints().outputDir().getFileName()),
                run.model().nameOrPath(),
                effective.getOrDefault("finetuning_type", "lora"),
                run.finetune() instanceof LoraConfig,
                run.data().datasets(),
                hyperparameters,
                versions);
    }
}
