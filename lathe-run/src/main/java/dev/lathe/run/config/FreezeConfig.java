package dev.lathe.run.config;

import java.util.List;

/**
 * Some layers are trained, the rest stands still.
 *
 * @param layers the number of last layers, or, negative, of first layers
 * @param modules the parts of those layers that are trained, matched by name
 * @param extraModules parts outside the layers, by name
 */
public record FreezeConfig(int layers, ModuleNames modules, List<String> extraModules) implements FinetuneConfig {
    static FreezeConfig of(Settings s) {
        return new FreezeConfig(
                s.whole("freeze_trainable_layers"),
                ModuleNames.of(s.names("freeze_trainable_modules")),
                s.names("freeze_extra_modules"));
    }
}
