package dev.lathe.run.config;

/** Every weight is trained. */
public record FullConfig() implements FinetuneConfig {}
