package dev.lathe.tensor;

/** The sum around which every block is built. */
public final class Residual {
    private Residual() {}

    /** x + branch, both [tokens, hidden]. */
    public static Tensor add(Tape tape, Tensor x, Tensor branch) {
        Tensor y = x.plus(branch);
        if (tape.needs(x) || tape.needs(branch)) {
            tape.record(y, dy -> {
                tape.add(x, dy);
                tape.add(branch, dy);
            });
        }
        return y;
    }
}
