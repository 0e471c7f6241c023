package dev.lathe.train;

import dev.lathe.model.FrozenModules;
import dev.lathe.model.Linear;
import dev.lathe.model.Modules;
import dev.lathe.model.SideBySide;
import dev.lathe.model.TrainedLinear;
import dev.lathe.model.WideWeight;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Head;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A frozen model with {@link LoraLinear} at the targets and whole trained copies of {@code modulesToSave}. Parameters
 * carry PEFT's names, {@code base_model.model.…lora_A.weight}.
 */
public final class LoraModules implements Modules {
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
    public Linear joined(List<Part> parts, long in) {
        boolean oneProduct =
                parts.size() == 1 || (spec.dropout() == 0 && parts.stream().noneMatch(this::saved));
        if (!oneProduct) {
            return new SideBySide(
                    parts.stream().map(part -> linear(part, in)).toList(),
                    parts.stream().map(Part::out).toList());
        }
        if (saved(parts.getFirst())) {
            return saved(parts.getFirst(), in);
        }
        List<Part> adapted = parts.stream()
                .filter(part -> spec.targets().contains(part.lastName()))
                .toList();
        return adapted.isEmpty() ? base.joined(parts, in) : adapted(parts, adapted, in);
    }

    private Linear saved(Part part, long in) {
        Operand weight = whole(part.name() + ".weight", part.out(), in);
        return new TrainedLinear(
                weight, part.bias() ? Optional.of(whole(part.name() + ".bias", part.out())) : Optional.empty());
    }

    private Linear adapted(List<Part> parts, List<Part> adapted, long in) {
        List<String> names =
                adapted.stream().map(part -> PeftNames.down(part.name())).toList();
        long room = WideWeight.room(in, names.size() * (long) spec.rank());
        WideWeight weight = base.wide(parts, in, room);
        Parameter downs = downs(names, room, in);
        List<Parameter> own = downs.split(names, Collections.nCopies(names.size(), (long) spec.rank()));
        List<LoraLinear.Factor> factors = new ArrayList<>();
        long offset = 0;
        for (Part part : parts) {
            int index = adapted.indexOf(part);
            if (index >= 0) {
                String name = PeftNames.up(part.name());
                Tensor place = weight.room()
                        .narrow(0, offset, part.out())
                        .narrow(1, factors.size() * (long) spec.rank(), spec.rank());
                Parameter up = Parameter.computedIn(name, factor(name, part.out(), spec.rank()), place);
                factors.add(new LoraLinear.Factor(offset, up));
                parameters.add(own.get(index));
                parameters.add(up);
            }
            offset += part.out();
        }
        String name = adapted.getFirst().name();
        return new LoraLinear(
                name, weight, base.bias(parts), downs, factors, spec.rank(), spec.scaling(), spec.dropout());
    }

    /** The As of layers that share an input, one below the other, and zeros up to {@code rows}. */
    private Parameter downs(List<String> names, long rows, long in) {
        Tensor whole = Scope.release(Tensors.zeros(DType.F32, rows, in));
        for (int i = 0; i < names.size(); i++) {
            try (Tensor a = factor(names.get(i), spec.rank(), in);
                    Tensor place = whole.narrow(0, i * (long) spec.rank(), spec.rank())) {
                place.copyFrom(a);
            }
        }
        return new Parameter(names.getFirst(), whole, computeType());
    }

    private Tensor factor(String name, long rows, long columns) {
        return start.factor(name, computeType(), rows, columns);
    }

    private DType computeType() {
        return base.weights().dtype();
    }

    @Override
    public Linear expert(List<Part> parts, long in) {
        return base.expert(parts, in);
    }

    @Override
    public Operand tensor(String name, long... shape) {
        String module = name.replaceFirst("\\.(weight|bias)$", "");
        return saved(module) ? whole(name, shape) : base.tensor(name, shape);
    }

    @Override
    public Tensor constant(String name, long... shape) {
        return base.constant(name, shape);
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
    public Operand tiedHead(String head, String table, Operand embedding, long rows, long columns) {
        if (saved(head)) {
            String name = PeftNames.whole(head + ".weight");
            Parameter copy = new Parameter(
                    name,
                    start.whole(name, () -> base.weights().copy(table + ".weight", DType.F32, rows, columns)),
                    base.weights().dtype());
            parameters.add(copy);
            return Operand.trained(copy);
        }
        return embedding.isTrained() ? base.table(table, rows, columns) : embedding;
    }

    @Override
    public Head head(String module, Head plain, long vocabulary, long hidden) {
        if (!spec.targets().contains(Modules.lastName(module)) || saved(module)) {
            return plain;
        }
        Parameter down = parameter(PeftNames.down(module), spec.rank(), hidden);
        Parameter up = parameter(PeftNames.up(module), vocabulary, spec.rank());
        return new LoraHead(plain, down, up, spec.scaling());
    }

    private Parameter parameter(String name, long rows, long columns) {
        Parameter factor = new Parameter(name, factor(name, rows, columns), computeType());
        parameters.add(factor);
        return factor;
    }

    private Operand whole(String name, long... shape) {
        Parameter copy = new Parameter(
                PeftNames.whole(name),
                start.whole(PeftNames.whole(name), () -> base.weights().copy(name, DType.F32, shape)),
                base.weights().dtype());
        parameters.add(copy);
        return Operand.trained(copy);
    }

    private boolean saved(Part part) {
        return saved(part.name());
    }

    private boolean saved(String name) {
        return spec.modulesToSave().contains(Modules.lastName(name));
    }
}
