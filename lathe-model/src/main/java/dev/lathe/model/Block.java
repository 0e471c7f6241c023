package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Residual;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.SwiGlu;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.stream.Stream;

/** A layer of a decoder: x + attention(norm(x)), then + mlp(norm(·)). */
public final class Block {
    private final int index;
    private final RmsNorm inputNorm;
    private final RmsNorm postNorm;
    private final SwiGlu activation;
    private final Attention attention;
    private final Parts parts;

    /**
     * The layer's weights.
     *
     * @param qkv queries, keys and values side by side
     * @param gateUp gate and up side by side
     */
    record Parts(Operand inputNorm, Linear qkv, Linear output, Operand postNorm, Linear gateUp, Linear down) {}

    Block(int index, DecoderSpec spec, Parts parts) {
        this.index = index;
        this.inputNorm = new RmsNorm(spec.normEpsilon(), parts.qkv().room());
        this.attention = new Attention(
                spec.heads(),
                spec.keyHeads(),
                spec.headDim(),
                1 / Math.sqrt(spec.headDim()),
                parts.output().room());
        this.postNorm = new RmsNorm(spec.normEpsilon(), parts.gateUp().room());
        this.activation = new SwiGlu(parts.down().room());
        this.parts = parts;
    }

    /** Whether anything in it is trained. */
    public boolean isTrained() {
        return parts.inputNorm().isTrained()
                || parts.postNorm().isTrained()
                || Stream.of(parts.qkv(), parts.output(), parts.gateUp(), parts.down())
                        .anyMatch(Linear::isTrained);
    }

    /** x, result: [tokens, hidden]. */
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor attended = attend(pass, inputNorm.apply(tape, x, parts.inputNorm()));
        RmsNorm.Sum sum = postNorm.ofSum(tape, x, attended, parts.postNorm());
        return Residual.add(tape, sum.sum(), transform(pass, sum.normed()));
    }

    private Tensor attend(Pass pass, Tensor x) {
        Tensor qkv = parts.qkv().apply(pass, x);
        return parts.output().apply(pass, pass.attend(index, attention, qkv));
    }

    private Tensor transform(Pass pass, Tensor x) {
        Tensor gateUp = parts.gateUp().apply(pass, x);
        return parts.down().apply(pass, activation.apply(pass.tape(), gateUp));
    }
}
