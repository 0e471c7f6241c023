package dev.lathe.train;

import java.util.List;

/**
 * What is known about a run before its first step.
 *
 * @param model name or folder of the base model
 * @param stage sft, pt, ...
 * @param finetuningType lora, full, freeze, ...
 * @param trainableParameters how many numbers are trained
 * @param allParameters those of the model with its adapters
 * @param targets module names (last part: q_proj, ...) that carry adapters or are trained; empty: all of them
 * @param samples rows of the training data
 * @param epochs passes over the data, with fraction
 * @param stepsPerEpoch optimizer steps of one pass, a partial last accumulation counted as one
 * @param totalSteps optimizer steps of the whole run
 * @param batchSize rows of a micro-batch
 * @param accumulation micro-batches of an optimizer step
 * @param tokensPerEpoch tokens of one pass, padding not counted
 * @param supervisedTokensPerEpoch those of them that carry a label
 * @param computeDtype dtype of the arithmetic: bf16, fp32
 * @param updatesInBackward whether a block's parameters change in the backward pass wherever a step is a single pass
 * @param resumedFromStep steps already done before this start; 0 for a fresh run
 */
public record RunFacts(
        String model,
        String stage,
        String finetuningType,
        long trainableParameters,
        long allParameters,
        List<String> targets,
        long samples,
        double epochs,
        long stepsPerEpoch,
        long totalSteps,
        int batchSize,
        int accumulation,
        long tokensPerEpoch,
        long supervisedTokensPerEpoch,
        String computeDtype,
        boolean updatesInBackward,
        long resumedFromStep) {
    public RunFacts {
        targets = List.copyOf(targets);
    }
}
