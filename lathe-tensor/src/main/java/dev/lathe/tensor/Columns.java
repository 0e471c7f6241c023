package dev.lathe.tensor;

import java.util.List;

/** The two sides of a matrix, each in memory of its own. */
public final class Columns {
    private Columns() {}

    /** x: [rows, left + right]; result: [rows, left] and [rows, right]. */
    public static List<Tensor> split(Tape tape, Tensor x, long left, long right) {
        List<Tensor> sides =
                List.of(x.narrow(1, 0, left).copy(), x.narrow(1, left, right).copy());
        if (tape.needs(x)) {
            tape.record(sides, arrived -> {
                Tensor dx = Tensors.zeros(x.dtype(), x.shape());
                arrived.getFirst().ifPresent(dy -> dx.narrow(1, 0, left).copyFrom(dy));
                arrived.getLast().ifPresent(dy -> dx.narrow(1, left, right).copyFrom(dy));
                tape.add(x, dx);
            });
        }
        return sides;
    }
}
