package dev.lathe.tensor;

/** The sum around which every block is built. */
public final class Residual {
    private Residual() {}

    /** x + branch, both [tokens, hidden]. */
    public static Tensor add(Tape tape, Tensor x, Tensor branch) {
        Tensor y = sum(x, branch);
        if (tape.needs(x) || tape.needs(branch)) {
            tape.record(y, dy -> {
                tape.add(x, dy);
                tape.add(branch, dy);
            });
        }
        return y;
    }

    /** a + b, both of one shape. */
    static Tensor sum(Tensor a, Tensor b) {
        return Torch.kernels(a.dtype())
                .filter(kernels -> a.dimensions() == 2)
                .map(kernels -> {
                    Tensor sum = Tensors.empty(a.dtype(), a.shape());
                    kernels.sum().add(Matrices.of(a), Matrices.of(b), Matrices.of(sum));
                    return sum;
                })
                .orElseGet(() -> a.plus(b));
    }
}
