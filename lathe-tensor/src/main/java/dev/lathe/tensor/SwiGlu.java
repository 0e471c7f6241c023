package dev.lathe.tensor;

/**
 * Gated activation of Llama's MLP: y = silu(gate) ∘ up (Shazeer 2020, arXiv:2002.05202). Gate and up stand side by side, as
 * one product made them. Keeps both, recomputes the sigmoid.
 *
 * @param room free columns behind the result's rows, for the layer that reads it: see {@link Tensors#withRoom}
 */
public record SwiGlu(long room) {
    public SwiGlu() {
        this(0);
    }

    /** gateUp: [tokens, 2 · intermediate], the gate in the left half; y: [tokens, intermediate]. */
    public Tensor apply(Tape tape, Tensor gateUp) {
        Tensor y = Tensors.withRoom(gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2, room);
        Torch.kernels(gateUp.dtype())
                .ifPresentOrElse(
                        kernels -> kernels.swiGlu().forward(Matrices.of(gateUp), Matrices.of(y)),
                        () -> Halves.of(gateUp).forward(y));
        if (tape.needs(gateUp)) {
            tape.record(y, dy -> tape.add(gateUp, backward(gateUp, dy)));
        }
        return y;
    }

    private static Tensor backward(Tensor gateUp, Tensor dy) {
        Tensor gradient = Tensors.empty(gateUp.dtype(), gateUp.shape());
        Torch.kernels(gateUp.dtype())
                .ifPresentOrElse(
                        kernels ->
                                kernels.swiGlu().backward(Matrices.of(dy), Matrices.of(gateUp), Matrices.of(gradient)),
                        () -> Halves.of(gateUp).backward(dy, Halves.of(gradient)));
        return gradient;
    }

    /** By libtorch's operations. */
    private record Halves(Tensor gate, Tensor up) {
        static Halves of(Tensor gateUp) {
            long width = gateUp.size(1) / 2;
            return new Halves(gateUp.narrow(1, 0, width), gateUp.narrow(1, width, width));
        }

        void forward(Tensor y) {
            y.copyFrom(gate.silu().multiplyInPlace(up));
        }

        void backward(Tensor dy, Halves gradient) {
            gradient.up.copyFrom(gate.silu().multiplyInPlace(dy));
            gradient.gate.copyFrom(gate.siluGradient(dy.times(up)));
        }
    }
}
