package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Rope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** Whole segments at once, end to end: training, evaluation, scoring. */
public record PackedPass(Tape tape, Rope rope, Segments segments, Optional<Noise> noise) implements Pass {
    @Override
    public Tensor attend(int layer, Attention attention, Tensor qkv) {
        return attention.apply(tape, qkv, rope, segments);
    }
}
