package dev.lathe.text;

/** One thing said. */
public record Message(Role role, String content) {}
