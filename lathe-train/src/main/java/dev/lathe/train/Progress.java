package dev.lathe.train;

/**
 * How far a run has come.
 *
 * @param step optimizer steps done, 0 before the first
 * @param totalSteps optimizer steps the whole run will have
 * @param epoch passes over the data done, with fraction
 * @param tokens tokens seen since the run began (over all resumes), padding not counted
 * @param samples rows seen since the run began
 */
public record Progress(long step, long totalSteps, double epoch, long tokens, long samples) {}
