package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.ClampedSwiGlu;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.StackedProduct;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The experts of a layer, as their checkpoint stores them. */
sealed interface ExpertStack {
    /** The rows that expert {@code expert} was given, through it. rows, result: [rows, hidden]. */
    Tensor apply(Pass pass, Tensor rows, int expert);

    boolean isTrained();

    static ExpertStack of(DecoderSpec spec, Modules modules, int layer) {
        if (spec.is(Trait.STACKED_EXPERTS)) {
            return alternating(spec, modules, layer);
        }
        return spec.is(Trait.STACKED_ROWS) ? rows(spec, modules, layer) : apart(spec, modules, layer);
    }

    private static ExpertStack apart(DecoderSpec spec, Modules modules, int layer) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        Names names = spec.names();
        List<Mlp> each = IntStream.range(0, experts.count())
                .mapToObj(expert -> {
                    String prefix = names.of(layer, Slot.EXPERTS) + expert + ".";
                    long width = experts.intermediate();
                    List<Part> gateUp = List.of(
                            new Part(prefix + names.of(Slot.EXPERT_GATE), width, false),
                            new Part(prefix + names.of(Slot.EXPERT_UP), width, false));
                    Part down = new Part(prefix + names.of(Slot.EXPERT_DOWN), spec.hidden(), false);
                    return new Mlp(
                            modules.expert(gateUp, spec.hidden()),
                            modules.expert(List.of(down), width),
                            spec.mlp().activation(),
                            true);
                })
                .toList();
        return new Apart(each);
    }

    private static ExpertStack rows(DecoderSpec spec, Modules modules, int layer) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        String prefix = spec.names().of(layer, Slot.EXPERTS);
        long width = experts.intermediate();
        Operand up = modules.tensor(prefix + "input_linear.weight", experts.count(), 2 * width, spec.hidden());
        Operand down = modules.tensor(prefix + "output_linear.weight", experts.count(), spec.hidden(), width);
        return new Stacked(
                new StackedProduct(up, Optional.empty(), true),
                new StackedProduct(down, Optional.empty(), true),
                (tape, gateUp) -> spec.mlp().activation().gated(tape, gateUp, 0));
    }

    private static ExpertStack alternating(DecoderSpec spec, Modules modules, int layer) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        String prefix = spec.names().of(layer, Slot.EXPERTS);
        long count = experts.count();
        long width = experts.intermediate();
        Operand up = modules.tensor(prefix + "gate_up_proj", count, spec.hidden(), 2 * width);
        Operand upBias = modules.tensor(prefix + "gate_up_proj_bias", count, 2 * width);
        Operand down = modules.tensor(prefix + "down_proj", count, width, spec.hidden());
        Operand downBias = modules.tensor(prefix + "down_proj_bias", count, spec.hidden());
        return new Stacked(
                new StackedProduct(up, Optional.of(upBias), false),
                new StackedProduct(down, Optional.of(downBias), false),
                new ClampedSwiGlu(1.702, 7)::apply);
    }

    /** Each has tensors of its own. */
    record Apart(List<Mlp> experts) implements ExpertStack {
        @Override
        public Tensor apply(Pass pass, Tensor rows, int expert) {
            return experts.get(expert).apply(pass, rows);
        }

        @Override
        public boolean isTrained() {
            return experts.stream().anyMatch(Mlp::isTrained);
        }
    }

    /** All are in one tensor. */
    record Stacked(StackedProduct up, StackedProduct down, Gate gate) implements ExpertStack {
        @Override
        public Tensor apply(Pass pass, Tensor rows, int expert) {
            Tape tape = pass.tape();
            return down.apply(tape, gate.apply(tape, up.apply(tape, rows, expert)), expert);
        }

        @Override
        public boolean isTrained() {
            return up.weight().isTrained() || down.weight().isTrained();
        }
    }

    /** Gate and up side by side in, what goes down out. */
    @FunctionalInterface
    interface Gate {
        Tensor apply(Tape tape, Tensor gateUp);
    }
}
