package dev.lathe.model;

import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** Whole segments at once, end to end: training, evaluation, scoring. */
public record PackedPass(
        Tape tape, Positions positions, Segments segments, Optional<Noise> noise, Optional<Routers> routers)
        implements Pass {
    /** Nobody hears the routers. */
    public PackedPass(Tape tape, Positions positions, Segments segments, Optional<Noise> noise) {
        this(tape, positions, segments, noise, Optional.empty());
    }

    @Override
    public Tensor attend(int layer, LayerAttention attention, Tensor qkv) {
        return attention.whole(tape, qkv, positions.rope(layer), segments);
    }
}
