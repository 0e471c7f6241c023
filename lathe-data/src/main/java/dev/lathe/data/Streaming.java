package dev.lathe.data;

/**
 * {@code streaming: true}: rows are read while training goes on, again and again, for data larger than memory and disk.
 *
 * @param buffer rows that are shuffled together, at least 1
 * @param shuffled false for {@code disable_shuffling}: rows come as they stand in the files
 * @param samples how many the whole run will ask for
 */
public record Streaming(int buffer, boolean shuffled, int samples) {}
