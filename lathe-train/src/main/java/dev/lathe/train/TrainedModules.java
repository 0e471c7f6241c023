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
import java.util.function.Predicate;

/** A model of which some tensors are trained themselves: all of them (full), or those a predicate picks (freeze). */
public final class TrainedModules implements Modules {
    private final FrozenModules base;
    private final Predicate<String> trained;
    private final DType masterType;
    private final List<Parameter> parameters = new ArrayList<>();

    /**
     * @param trained tells by a tensor's name, such as {@code model.norm.weight}
     * @param masterType F32, or the type of the arithmetic for pure bf16
     */
    public TrainedModules(FrozenModules base, Predicate<String> trained, DType masterType) {
        this.base = base;
        this.trained = trained;
        this.masterType = masterType;
    }

    /** Everything trained, in the model's order; complete once the model is built. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    @Override
    public Linear linear(String name, long out, long in, boolean bias) {
        boolean own = trained.test(name + ".weight");
        Optional<Operand> offset = bias ? Optional.of(operand(name + ".bias", out)) : Optional.empty();
        if (own) {
            return new TrainedLinear(operand(name + ".weight", out, in), offset);
        }
        return offset.map(b -> (Linear) base.frozen(name, out, in, false).withBias(b))
                .orElseGet(() -> base.linear(name, out, in, false));
    }

    @Override
    public Operand scale(String name, long size) {
        return operand(name + ".weight", size);
    }

    @Override
    public Operand table(String name, long rows, long columns) {
        return operand(name + ".weight", rows, columns);
    }

    private Operand operand(String name, long... shape) {
        if (!trained.test(name)) {
            return Operand.fixed(base.weights().get(name, shape));
        }
        Parameter parameter = new Parameter(
                name,
                base.weights().copy(name, masterType, shape),
                base.weights().dtype());
        parameters.add(parameter);
        return Operand.trained(parameter);
    }
}
