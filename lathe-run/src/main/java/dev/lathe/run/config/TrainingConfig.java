package dev.lathe.run.config;

import java.util.OptionalDouble;

/**
 * The shape of training.
 *
 * @param microBatch rows of a micro-batch
 * @param accumulation micro-batches of an optimizer step
 * @param seed of the weights and of dropout
 * @param dataSeed of the order of rows
 * @param recompute whether activations may be computed again in the backward pass; changes memory and speed, not numbers
 * @param memoryBudget gigabytes that the process may hold: what fits is kept, the rest computed again; empty for half of
 *     what is free
 * @param streamed where the frozen weights are; changes memory and speed, not numbers
 * @param routerBalance what the routers' balance loss is weighed by; empty for none
 */
public record TrainingConfig(
        int microBatch,
        int accumulation,
        RunLength length,
        Precision precision,
        long seed,
        long dataSeed,
        boolean recompute,
        OptionalDouble memoryBudget,
        StreamedWeights streamed,
        OptionalDouble routerBalance) {
    static TrainingConfig of(Settings s) {
        int maxSteps = s.whole("max_steps");
        return new TrainingConfig(
                s.whole("per_device_train_batch_size"),
                s.whole("gradient_accumulation_steps"),
                maxSteps > 0 ? new RunLength.Steps(maxSteps) : new RunLength.Epochs(s.number("num_train_epochs")),
                Precision.of(s),
                s.optionalLong("seed").orElseThrow(),
                s.optionalLong("data_seed").orElseThrow(),
                s.flag("gradient_checkpointing") && !s.flag("disable_gradient_checkpointing"),
                s.optionalNumber("memory_budget"),
                StreamedWeights.of(s),
                s.on("moe_aux_loss_coef") ? OptionalDouble.of(s.number("moe_aux_loss_coef")) : OptionalDouble.empty());
    }
}
