package dev.lathe.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * Gated activation of Llama's MLP: y = silu(gate) ∘ up (Shazeer 2020, arXiv:2002.05202). Keeps gate and up, recomputes
 * the sigmoid.
 */
public record SwiGlu() {
    /** gate, up, y: [tokens, intermediate]. */
    public Tensor apply(Tape tape, Tensor gate, Tensor up) {
        Tensor y = new Tensor(torch.silu(gate.handle())).multiplyInPlace(up);
        if (tape.needs(gate) || tape.needs(up)) {
            tape.record(y, dy -> {
                Tensor silu = new Tensor(torch.silu(gate.handle()));
                tape.add(up, silu.multiplyInPlace(dy));
                Tensor dSilu = dy.times(up);
                tape.add(gate, new Tensor(torch.silu_backward(dSilu.handle(), gate.handle())));
            });
        }
        return y;
    }
}
