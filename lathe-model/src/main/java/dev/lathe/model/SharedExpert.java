package dev.lathe.model;

import dev.lathe.model.Modules.Part;
import dev.lathe.tensor.SigmoidGate;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** The expert that every token goes through, some of it as its own gate says (Qwen 2). */
record SharedExpert(Mlp mlp, Optional<Linear> gate) {
    static SharedExpert of(DecoderSpec spec, Modules modules, int layer) {
        long width = spec.experts().orElseThrow().shared();
        String prefix = spec.names().of(layer, Slot.SHARED);
        Linear up = modules.joined(
                List.of(new Part(prefix + "gate_proj", width, false), new Part(prefix + "up_proj", width, false)),
                spec.hidden());
        Linear down = modules.linear(new Part(prefix + "down_proj", spec.hidden(), false), width);
        Optional<Linear> gate = spec.names().has(Slot.SHARED_GATE)
                ? Optional.of(
                        modules.linear(new Part(spec.names().of(layer, Slot.SHARED_GATE), 1, false), spec.hidden()))
                : Optional.empty();
        return new SharedExpert(new Mlp(up, down, spec.mlp().activation(), true), gate);
    }

    Tensor apply(Pass pass, Tensor x) {
        Tensor y = mlp.apply(pass, x);
        return gate.map(linear -> SigmoidGate.apply(pass.tape(), y, linear.apply(pass, x)))
                .orElse(y);
    }

    boolean isTrained() {
        return mlp.isTrained() || gate.map(Linear::isTrained).orElse(false);
    }
}
