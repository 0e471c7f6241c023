package dev.lathe.tensor;

import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes any expression of libtorch one operation of the tape: its forward runs detached and with libtorch's own autograd,
 * which the backward asks for the gradients. For what nobody needs to speed up; costs what libtorch keeps.
 */
public final class Autograd {
    private Autograd() {}

    /** Runs {@code expression} over {@code inputs}, recorded if one of them needs a gradient. */
    public static Tensor record(Tape tape, List<Tensor> inputs, Function<List<Tensor>, Tensor> expression) {
        if (inputs.stream().noneMatch(tape::needs)) {
            return expression.apply(inputs);
        }
        List<Tensor> leaves = inputs.stream().map(Autograd::leaf).toList();
        Tensor result = withGradients(() -> expression.apply(leaves));
        Tensor y = new Tensor(result.handle().detach());
        tape.record(y, dy -> {
            TensorVector gradients = withGradients(() -> torch.grad(
                    new TensorVector(result.handle()),
                    new TensorVector(leaves.stream().map(Tensor::handle).toArray(org.bytedeco.pytorch.Tensor[]::new)),
                    new TensorVector(dy.handle()),
                    new BoolOptional(),
                    false,
                    true));
            for (int i = 0; i < inputs.size(); i++) {
                org.bytedeco.pytorch.Tensor gradient = gradients.get(i);
                if (gradient.defined()) {
                    // get() is a reference into the vector: copy the handle before the vector goes.
                    tape.add(inputs.get(i), new Tensor(new org.bytedeco.pytorch.Tensor(gradient)));
                }
            }
        });
        return y;
    }

    private static Tensor leaf(Tensor input) {
        org.bytedeco.pytorch.Tensor leaf = input.handle().detach();
        leaf.set_requires_grad(input.dtype().isFloating());
        return new Tensor(leaf);
    }

    private static <T> T withGradients(java.util.function.Supplier<T> action) {
        GradMode.set_enabled(true);
        try {
            return action.get();
        } finally {
            GradMode.set_enabled(false);
        }
    }
}
