package dev.lathe.run.config;

/** What is trained. */
public sealed interface FinetuneConfig permits LoraConfig, FreezeConfig, FullConfig {}
