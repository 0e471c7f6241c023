package dev.lathe.model;

import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Layers that read the same input but cannot be one product, because some are trained and some are not: each for itself,
 * then put side by side.
 *
 * @param widths what each layer gives, in columns
 */
public record SideBySide(List<Linear> layers, List<Long> widths) implements Linear {
    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        List<Tensor> results =
                layers.stream().map(layer -> layer.apply(pass, x)).toList();
        Tensor y = Tensors.concat(results, 1);
        if (results.stream().anyMatch(tape::needs)) {
            tape.record(y, dy -> {
                List<Tensor> gradients = new ArrayList<>();
                long at = 0;
                for (long width : widths) {
                    gradients.add(dy.narrow(1, at, width));
                    at += width;
                }
                for (int i = 0; i < results.size(); i++) {
                    tape.add(results.get(i), gradients.get(i));
                }
            });
        }
        return y;
    }

    @Override
    public boolean isTrained() {
        return layers.stream().anyMatch(Linear::isTrained);
    }
}
