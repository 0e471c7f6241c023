package dev.lathe.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** What stands between the two products of an MLP. */
public enum Activation {
    /** x · sigmoid(x). */
    SILU,
    /** x · Φ(x) (Hendrycks and Gimpel 2016, arXiv:1606.08415). */
    GELU,
    /** Its approximation by tanh: gelu_new, gelu_fast, gelu_pytorch_tanh. */
    GELU_TANH,
    /** max(x, 0). */
    RELU;

    /** y = act(x). Keeps x. */
    public Tensor apply(Tape tape, Tensor x) {
        Tensor y = Tensors.empty(x.dtype(), x.shape());
        RowShares.run(
                x.size(0), x.size(1), (from, count) -> y.narrow(0, from, count).copyFrom(of(x.narrow(0, from, count))));
        if (tape.needs(x)) {
            tape.record(y, dy -> {
                Tensor dx = Tensors.empty(x.dtype(), x.shape());
                RowShares.run(x.size(0), x.size(1), (from, count) -> dx.narrow(0, from, count)
                        .copyFrom(gradient(dy.narrow(0, from, count), x.narrow(0, from, count))));
                tape.add(x, dx);
            });
        }
        return y;
    }

    /**
     * y = act(gate) ∘ up (Shazeer 2020, arXiv:2002.05202). Keeps both.
     *
     * @param gateUp [tokens, 2 · intermediate], the gate in the left half
     * @param room free columns behind the result's rows, for the layer that reads it: see {@link Tensors#withRoom}
     * @return [tokens, intermediate]
     */
    public Tensor gated(Tape tape, Tensor gateUp, long room) {
        if (this == SILU) {
            return new SwiGlu(room).apply(tape, gateUp);
        }
        long width = gateUp.size(1) / 2;
        Tensor gate = gateUp.narrow(1, 0, width);
        Tensor up = gateUp.narrow(1, width, width);
        Tensor y = Tensors.withRoom(gateUp.dtype(), gateUp.size(0), width, room);
        RowShares.run(gateUp.size(0), width, (from, count) -> y.narrow(0, from, count)
                .copyFrom(of(gate.narrow(0, from, count)).multiplyInPlace(up.narrow(0, from, count))));
        if (tape.needs(gateUp)) {
            tape.record(y, dy -> {
                Tensor gradient = Tensors.empty(gateUp.dtype(), gateUp.shape());
                RowShares.run(gateUp.size(0), width, (from, count) -> {
                    Tensor rows = gate.narrow(0, from, count);
                    Tensor above = dy.narrow(0, from, count);
                    Tensor to = gradient.narrow(0, from, count);
                    to.narrow(1, width, width).copyFrom(of(rows).multiplyInPlace(above));
                    to.narrow(1, 0, width).copyFrom(gradient(above.times(up.narrow(0, from, count)), rows));
                });
                tape.add(gateUp, gradient);
            });
        }
        return y;
    }

    private Tensor of(Tensor x) {
        return new Tensor(
                switch (this) {
                    case SILU -> torch.silu(x.handle());
                    case GELU -> torch.gelu(x.handle(), "none");
                    case GELU_TANH -> torch.gelu(x.handle(), "tanh");
                    case RELU -> torch.relu(x.handle());
                });
    }

    private Tensor gradient(Tensor dy, Tensor x) {
        return new Tensor(
                switch (this) {
                    case SILU -> torch.silu_backward(dy.handle(), x.handle());
                    case GELU -> torch.gelu_backward(dy.handle(), x.handle(), "none");
                    case GELU_TANH -> torch.gelu_backward(dy.handle(), x.handle(), "tanh");
                    case RELU -> torch.threshold_backward(dy.handle(), x.handle(), new Scalar(0.0));
                });
    }
}
