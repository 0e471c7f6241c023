package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.config.FinetuneConfig;
import dev.lathe.run.config.FreezeConfig;
import dev.lathe.run.config.FullConfig;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.ModuleNames;
import dev.lathe.train.AdapterConfig;
import dev.lathe.train.AdapterStart;
import dev.lathe.train.FreezePlan;
import dev.lathe.train.FreshAdapter;
import dev.lathe.train.LoraSpec;
import dev.lathe.train.StoredAdapter;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Puts into a model what the configuration wants trained.
 *
 * @param matrices where those under an adapter are
 */
record TuningSource(FinetuneConfig config, Arithmetic arithmetic, Matrices matrices, long seed) {
    /** @param adapter an adapter to go on with */
    Tuning tune(LoadedModel model, Optional<Path> adapter) {
        return switch (config) {
            case LoraConfig lora -> lora(model, lora, adapter);
            case FullConfig() -> Tuning.whole(model, arithmetic.compute(), arithmetic.master(), name -> true);
            case FreezeConfig freeze -> {
                FreezePlan plan = new FreezePlan(
                        freeze.layers(),
                        names(freeze.modules()),
                        freeze.extraModules(),
                        model.spec().layers(),
                        ModelShape.of(model.spec()).names());
                yield Tuning.whole(model, arithmetic.compute(), arithmetic.master(), plan::trains);
            }
        };
    }

    private Tuning lora(LoadedModel model, LoraConfig lora, Optional<Path> adapter) {
        List<String> linears = ModelShape.of(model.spec()).linears();
        if (adapter.isPresent()) {
            Path folder = adapter.get();
            try (WeightFile tensors = StoredAdapter.open(folder, model)) {
                AdapterStart start = new StoredAdapter(tensors, folder.toString());
                return Tuning.lora(model, arithmetic.compute(), matrices, AdapterConfig.read(folder, linears), start);
            }
        }
        LoraSpec spec = new LoraSpec(
                lora.rank(),
                lora.alpha(),
                lora.dropout(),
                lora.rankStabilised(),
                targets(lora.targets(), linears),
                lora.additionalModules());
        checkModules(model, spec);
        return Tuning.lora(model, arithmetic.compute(), matrices, spec, new FreshAdapter(seed));
    }

    private static List<String> targets(ModuleNames names, List<String> linears) {
        return switch (names) {
            case ModuleNames.All() -> linears;
            case ModuleNames.Named(List<String> named) -> {
                for (String name : named) {
                    if (!linears.contains(name)) {
                        throw new UserError("lora_target: the model has no linear layer %s; it has %s, or say all"
                                .formatted(name, String.join(", ", linears)));
                    }
                }
                yield named;
            }
        };
    }

    private static void checkModules(LoadedModel model, LoraSpec spec) {
        List<String> modules = ModelShape.of(model.spec()).names().stream()
                .map(name -> name.replaceAll("\\.(weight|bias)$", "").replaceAll(".*\\.", ""))
                .distinct()
                .toList();
        for (String name : spec.modulesToSave()) {
            if (!modules.contains(name) && !name.equals("lm_head")) {
                throw new UserError("additional_target: the model has no module %s; it has %s"
                        .formatted(name, String.join(", ", modules)));
            }
        }
    }

    private static List<String> names(ModuleNames names) {
        return names instanceof ModuleNames.Named(List<String> named) ? named : List.of("all");
    }
}
