package dev.lathe.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * Gated activation of Llama's MLP: y = silu(gate) ∘ up (Shazeer 2020, arXiv:2002.05202). Gate and up stand side by side, as
 * one product made them. Keeps both, recomputes the sigmoid.
 */
public record SwiGlu() {
    /** gateUp: [tokens, 2 · intermediate], the gate in the left half; y: [tokens, intermediate]. */
    public Tensor apply(Tape tape, Tensor gateUp) {
        long width = gateUp.size(1) / 2;
        Tensor gate = gateUp.narrow(1, 0, width);
        Tensor up = gateUp.narrow(1, width, width);
        Tensor y = new Tensor(torch.silu(gate.handle())).multiplyInPlace(up);
        if (tape.needs(gateUp)) {
            tape.record(y, dy -> {
                Tensor gradient = Tensors.empty(gateUp.dtype(), gateUp.shape());
                Tensor silu = new Tensor(torch.silu(gate.handle()));
                gradient.narrow(1, width, width).copyFrom(silu.multiplyInPlace(dy));
                Tensor dSilu = dy.times(up);
                gradient.narrow(1, 0, width).copyFrom(new Tensor(torch.silu_backward(dSilu.handle(), gate.handle())));
                tape.add(gateUp, gradient);
            });
        }
        return y;
    }
}
