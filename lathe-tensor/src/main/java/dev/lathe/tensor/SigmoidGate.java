package dev.lathe.tensor;

/** y = x · sigmoid(gate), one gate a row. Keeps both. */
public final class SigmoidGate {
    private SigmoidGate() {}

    /** x, result: [tokens, hidden]; gate: [tokens, 1]. */
    public static Tensor apply(Tape tape, Tensor x, Tensor gate) {
        Tensor open = gate.sigmoid();
        Tensor y = x.times(open);
        if (tape.needs(x) || tape.needs(gate)) {
            tape.record(y, dy -> {
                tape.add(x, dy.times(open));
                Tensor dOpen = dy.times(x).sum(1, true);
                Tensor slope = open.minus(open.square());
                tape.add(gate, dOpen.multiplyInPlace(slope));
            });
        }
        return y;
    }
}
