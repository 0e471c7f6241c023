package dev.lathe.train;

import dev.lathe.model.Decoder;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.Modules;
import dev.lathe.model.Weights;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Parameter;
import java.util.List;
import java.util.function.Predicate;

/**
 * A model with something in it that is trained.
 *
 * @param parameters what is trained, in the model's order
 * @param targets last parts of the names of the layers that are adapted or trained
 * @param weights writes the result
 */
public record Tuning(Decoder decoder, List<Parameter> parameters, List<String> targets, Artifact weights) {
    /** Low-rank factors on a frozen model. */
    public static Tuning lora(LoadedModel model, DType compute, Matrices matrices, LoraSpec spec, AdapterStart start) {
        LoraModules modules = new LoraModules(frozen(model, compute, matrices), spec, start);
        Decoder decoder = build(model, modules);
        List<Parameter> parameters = modules.parameters();
        return new Tuning(decoder, parameters, spec.targets(), new AdapterArtifact(parameters, spec, model.name()));
    }

    /**
     * The model's own tensors: all, or those that {@code trained} picks by name.
     *
     * @param master type of what the optimizer changes: F32, or {@code compute} for pure bf16
     */
    public static Tuning whole(LoadedModel model, DType compute, DType master, Predicate<String> trained) {
        TrainedModules modules = new TrainedModules(frozen(model, compute, Matrices.HELD), trained, master);
        Decoder decoder = build(model, modules);
        List<Parameter> parameters = modules.parameters();
        Artifact artifact = new ModelArtifact(
                model.config(),
                model.generation(),
                ModelTensors.of(model.weights(), parameters, model.spec().dtype()),
                ModelArtifact.DEFAULT_SHARD);
        List<String> targets = parameters.stream()
                .map(parameter ->
                        parameter.name().replaceAll("\\.(weight|bias)$", "").replaceAll(".*\\.", ""))
                .distinct()
                .toList();
        return new Tuning(decoder, parameters, targets, artifact);
    }

    public long trainableParameters() {
        return parameters.stream()
                .mapToLong(parameter -> parameter.master().count())
                .sum();
    }

    private static Decoder build(LoadedModel model, Modules modules) {
        Decoder decoder = Decoder.build(model.spec(), modules);
        model.weights().forget(); // most of it was copied
        System.gc(); // a run of hours follows; loading has left half of Java's heap to nobody, and what that held
        // outside
        NativeMemory.trim();
        return decoder;
    }

    private static FrozenModules frozen(LoadedModel model, DType compute, Matrices matrices) {
        return new FrozenModules(new Weights(model.weights(), model.name(), compute), matrices);
    }
}
