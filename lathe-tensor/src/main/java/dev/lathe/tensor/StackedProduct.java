package dev.lathe.tensor;

import java.util.Optional;

/**
 * One matrix of a stack of them, as checkpoints with fused experts store them: y = x Wₑ, or x Wₑᵀ, and a bias.
 *
 * @param weight [experts, in, out], or [experts, out, in] where {@code transposed}
 * @param bias [experts, out]
 */
public record StackedProduct(Operand weight, Optional<Operand> bias, boolean transposed) {
    /** x: [rows, in]; result: [rows, out]. Keeps x where the stack is trained. */
    public Tensor apply(Tape tape, Tensor x, int expert) {
        Tensor matrix = slice(weight.value(), expert);
        Tensor y = x.matmul(transposed ? matrix.transpose(0, 1) : matrix);
        bias.ifPresent(b -> y.addInPlace(b.value().narrow(0, expert, 1)));
        boolean trained = weight.isTrained() || bias.map(Operand::isTrained).orElse(false);
        if (tape.needs(x) || (tape.isRecording() && trained)) {
            tape.record(y, dy -> {
                tape.add(x, dy.matmul(transposed ? matrix : matrix.transpose(0, 1)));
                weight.parameter().ifPresent(w -> {
                    Tensor gradient = slice(w.gradient(), expert);
                    Tensor product = transposed
                            ? dy.transpose(0, 1).matmul(x)
                            : x.transpose(0, 1).matmul(dy);
                    gradient.addInPlace(product.to(gradient.dtype()));
                });
                bias.flatMap(Operand::parameter).ifPresent(b -> b.gradient()
                        .narrow(0, expert, 1)
                        .addInPlace(dy.to(dy.dtype().wide()).sum(0, true)));
            });
        }
        return y;
    }

    private static Tensor slice(Tensor stack, int expert) {
        return stack.narrow(0, expert, 1).reshape(stack.size(1), stack.size(2));
    }
}
