package dev.lathe.train;

import dev.lathe.model.FrozenLinear;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.Linear;
import dev.lathe.model.Modules;
import dev.lathe.model.SideBySide;
import dev.lathe.model.TrainedLinear;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;
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
    public Linear joined(List<Part> parts, long in) {
        boolean alike = parts.stream().map(this::trainedOf).distinct().count() == 1;
        if (!alike) {
            return new SideBySide(
                    parts.stream().map(part -> linear(part, in)).toList(),
                    parts.stream().map(Part::out).toList());
        }
        Which which = trainedOf(parts.getFirst());
        Optional<Operand> bias = which.bias()
                ? Optional.of(rows(parts, ".bias", base.weights().copyJoinedBias(parts, masterType)))
                : Optional.empty();
        if (which.weight()) {
            Operand weight = rows(parts, ".weight", base.weights().copyJoined(parts, in, masterType));
            return new TrainedLinear(weight, bias.or(() -> base.bias(parts)));
        }
        FrozenLinear linear = base.frozen(parts, in);
        return bias.isPresent() ? linear.withBias(bias) : linear;
    }

    /** What of a layer is trained. */
    private record Which(boolean weight, boolean bias) {}

    private Which trainedOf(Part part) {
        return new Which(trained.test(part.name() + ".weight"), part.bias() && trained.test(part.name() + ".bias"));
    }

    /** One operand over the parts' rows; optimizer and files see each part by its own name. */
    private Operand rows(List<Part> parts, String suffix, Tensor master) {
        List<String> names = parts.stream().map(part -> part.name() + suffix).toList();
        Parameter whole = new Parameter(names.getFirst(), master, base.weights().dtype());
        parameters.addAll(
                parts.size() == 1
                        ? List.of(whole)
                        : whole.split(names, parts.stream().map(Part::out).toList()));
        return Operand.trained(whole);
    }

    @Override
    public Linear expert(List<Part> parts, long in) {
        return joined(parts, in);
    }

    @Override
    public Operand tensor(String name, long... shape) {
        return operand(name, shape);
    }

    @Override
    public Tensor constant(String name, long... shape) {
        return base.constant(name, shape);
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
