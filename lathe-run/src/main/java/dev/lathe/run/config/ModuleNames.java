package dev.lathe.run.config;

import java.util.List;

/** Modules by name, or all that fit. */
public sealed interface ModuleNames {
    record All() implements ModuleNames {}

    record Named(List<String> names) implements ModuleNames {}

    /** Reads a list in which the single word {@code all} means all. */
    static ModuleNames of(List<String> names) {
        return names.equals(List.of("all")) ? new All() : new Named(names);
    }
}
