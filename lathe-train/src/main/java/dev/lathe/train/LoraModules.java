package dev.lathe.train;

import dev.lathe.model.FrozenModules;
import dev.lathe.model.Linear;
import dev.lathe.model.Modules;
import dev.lathe.model.TrainedLinear;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A frozen model with {@link LoraLinear} at the targets and whole trained copies of {@code modulesToSave}. Parameters
 * carry PEFT's names, {@code base_model.model.…lora_A.weight}.
 */
public final class LoraModules implements Modules {
    private static final String PREFIX = "base_model.model.";

    private final FrozenModules base;
    private final LoraSpec spec;
    private final AdapterStart start;
    private final List<Parameter> parameters = new ArrayList<>();

    /** @param start where the factors' first values come from */
    public LoraModules(FrozenModules base, LoraSpec spec, AdapterStart start) {
        this.base = base;
        this.spec = spec;
        this.start = start;
    }

    /** Everything trained, in the model's order; complete once the model is built. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    @Override
    public Linear linear(String name, long out, long in, boolean bias) {
        if (saved(name)) {
            Operand weight = whole(name + ".weight", out, in);
            return new TrainedLinear(weight, bias ? Optional.of(whole(name + ".bias", out)) : Optional.empty());
        }
        if (!spec.targets().contains(last(name))) {
            return base.linear(name, out, in, bias);
        }
        return new LoraLinear(
                name,
                base.frozen(name, out, in, bias),
                factor(name + ".lora_A.weight", spec.rank(), in),
                factor(name + ".lora_B.weight", out, spec.rank()),
                spec.scaling(),
                spec.dropout());
    }

    @Override
    public Operand scale(String name, long size) {
        return saved(name) ? whole(name + ".weight", size) : base.scale(name, size);
    }

    @Override
    public Operand table(String name, long rows, long columns) {
        return saved(name) ? whole(name + ".weight", rows, columns) : base.table(name, rows, columns);
    }

    /** Saving one of two tied modules unties them, as in PEFT: the other keeps the checkpoint's table. */
    @Override
    public Operand tiedHead(Operand embedding, long rows, long columns) {
        if (saved("lm_head")) {
            Parameter head = new Parameter(
                    PREFIX + "lm_head.weight",
                    start.whole(PREFIX + "lm_head.weight", () -> base.weights()
                            .copy("model.embed_tokens.weight", DType.F32, rows, columns)),
                    base.weights().dtype());
            parameters.add(head);
            return Operand.trained(head);
        }
        return embedding.isTrained() ? base.table("model.embed_tokens", rows, columns) : embedding;
    }

    private Parameter factor(String name, long rows, long columns) {
        Parameter factor = new Parameter(
                PREFIX + name,
                start.factor(PREFIX + name, base.weights().dtype(), rows, columns),
                base.weights().dtype());
        parameters.add(factor);
        return factor;
    }

    private Operand whole(String name, long... shape) {
        Parameter copy = new Parameter(
                PREFIX + name,
                start.whole(PREFIX + name, () -> base.weights().copy(name, DType.F32, shape)),
                base.weights().dtype());
        parameters.add(copy);
        return Operand.trained(copy);
    }

    private boolean saved(String name) {
        return spec.modulesToSave().contains(last(name));
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
