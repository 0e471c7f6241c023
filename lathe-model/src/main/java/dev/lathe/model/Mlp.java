package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.Activation;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Two products with an activation between them, gated or plain.
 *
 * @param up gate and up side by side, where it is gated
 */
record Mlp(Linear up, Linear down, Activation activation, boolean gated) implements Sublayer {
    static Mlp of(DecoderSpec spec, Modules modules, int layer) {
        Names names = spec.names();
        MlpSpec mlp = spec.mlp();
        long width = mlp.intermediate();
        boolean gated = !spec.is(Trait.PLAIN_MLP);
        List<Part> parts = names.has(Slot.GATE_UP)
                ? List.of(new Part(names.of(layer, Slot.GATE_UP), 2 * width, mlp.bias()))
                : gated
                        ? List.of(
                                new Part(names.of(layer, Slot.GATE), width, mlp.bias()),
                                new Part(names.of(layer, Slot.UP), width, mlp.bias()))
                        : List.of(new Part(names.of(layer, Slot.UP), width, mlp.bias()));
        Linear up = modules.joined(parts, spec.hidden());
        Linear down = modules.linear(new Part(names.of(layer, Slot.DOWN), spec.hidden(), mlp.bias()), width);
        return new Mlp(up, down, mlp.activation(), gated);
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tensor wide = up.apply(pass, x);
        return down.apply(
                pass, gated ? activation.gated(pass.tape(), wide, down.room()) : activation.apply(pass.tape(), wide));
    }

    @Override
    public Optional<RowSublayer> rowwise(RowMemory memory) {
        return gated && activation == Activation.SILU
                ? Optional.of(
                        new RowMlp(memory, RowLinear.of(up, memory.kernels()), RowLinear.of(down, memory.kernels())))
                : Optional.empty();
    }

    @Override
    public long room() {
        return up.room();
    }

    @Override
    public boolean isTrained() {
        return up.isTrained() || down.isTrained();
    }
}
