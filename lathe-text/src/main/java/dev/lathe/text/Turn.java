package dev.lathe.text;

/**
 * One question and its answer as token ids. The source of the first turn begins with the template's prefix and system
 * text.
 */
@SuppressWarnings("ArrayRecordComponent") // two arrays that are handed on, never compared
public record Turn(int[] source, int[] target) {}
