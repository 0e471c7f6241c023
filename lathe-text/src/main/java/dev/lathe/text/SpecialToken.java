package dev.lathe.text;

/** A token with a meaning of its own, such as the end of a text. */
public record SpecialToken(String text, int id) {}
