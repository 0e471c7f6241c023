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
    private final RmsNorm norm;
    private final Attention attention;
    private final Parts parts;

    /** The layer's weights. */
    record Parts(
            Operand inputNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Operand postNorm,
            Linear gate,
            Linear up,
            Linear down) {}

    Block(int index, DecoderSpec spec, Parts parts) {
        this.index = index;
        this.norm = new RmsNorm(spec.normEpsilon());
        this.attention = new Attention(spec.heads(), spec.keyHeads(), spec.headDim(), 1 / Math.sqrt(spec.headDim()));
        this.parts = parts;
    }

    /** Whether anything in it is trained. */
    public boolean isTrained() {
        return parts.inputNorm().isTrained()
                || parts.postNorm().isTrained()
                || Stream.of(
                                parts.query(),
                                parts.key(),
                                parts.value(),
                                parts.output(),
                                parts.gate(),
                                parts.up(),
                                parts.down())
                        .anyMatch(Linear::isTrained);
    }

    /** x, result: [tokens, hidden]. */
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor afterAttention = Residual.add(tape, x, attend(pass, norm.apply(tape, x, parts.inputNorm())));
        Tensor normed = norm.apply(tape, afterAttention, parts.postNorm());
        return Residual.add(tape, afterAttention, transform(pass, normed));
    }

    private Tensor attend(Pass pass, Tensor x) {
        Tensor q = parts.query().apply(pass, x);
        Tensor k = parts.key().apply(pass, x);
        Tensor v = parts.value().apply(pass, x);
        return parts.output().apply(pass, pass.attend(index, attention, q, k, v));
    }

    private Tensor transform(Pass pass, Tensor x) {
        Tensor gate = parts.gate().apply(pass, x);
        Tensor up = parts.up().apply(pass, x);
        return parts.down().apply(pass, new SwiGlu().apply(pass.tape(), gate, up));
    }
}
