package dev.lathe.train;

import dev.lathe.base.SafeFiles;
import java.nio.file.Path;

/** Something a checkpoint and the output folder hold: weights, tokenizer, the trainer's history. */
@FunctionalInterface
public interface Artifact {
    void write(Path folder, SafeFiles files, Progress progress);
}
