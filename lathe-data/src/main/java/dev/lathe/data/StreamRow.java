package dev.lathe.data;

/**
 * A row on its way from a file to a stream of samples.
 *
 * @param set number of its data set
 */
record StreamRow(int set, RawRow row) {}
