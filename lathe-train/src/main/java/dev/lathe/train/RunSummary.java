package dev.lathe.train;

/**
 * How a run ended.
 *
 * @param seconds wall time of this start, evaluation and saving included
 * @param trainLoss mean of the steps' losses: their sum over this start's steps divided by all steps done, as Hugging
 *     Face reports it
 * @param samples rows seen in this start
 * @param tokens tokens seen in this start, padding not counted
 * @param interrupted true when it was stopped before its last step
 */
public record RunSummary(double seconds, double trainLoss, long samples, long tokens, boolean interrupted) {}
