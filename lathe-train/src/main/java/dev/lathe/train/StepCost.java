package dev.lathe.train;

/**
 * What one optimizer step took.
 *
 * @param tokens tokens of all its micro-batches, padding not counted
 * @param seconds wall time, evaluation and saving not counted
 * @param residentBytes physical memory of the process after the step; 0 when unknown
 * @param peakResidentBytes the most it ever had; 0 when unknown
 */
public record StepCost(long tokens, double seconds, long residentBytes, long peakResidentBytes) {}
