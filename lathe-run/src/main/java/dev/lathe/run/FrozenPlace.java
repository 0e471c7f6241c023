package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.ModelShape;
import dev.lathe.model.PackedWeights;
import dev.lathe.quant.Quantization;
import dev.lathe.run.config.StreamedWeights;
import dev.lathe.tensor.DType;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Decides where the frozen matrices under an adapter are while it is trained.
 *
 * @param limit bytes that the process may use; empty when nobody tells
 */
record FrozenPlace(StreamedWeights asked, OptionalLong limit) {
    /** The rest is for activations, what is trained, Java and the file's own pages. */
    private static final double SHARE = 0.6;

    /**
     * @param compute type of the arithmetic, in which matrices are held
     * @param notice is told when nobody asked for what was decided
     */
    Matrices of(LoadedModel model, DType compute, Consumer<String> notice) {
        boolean packed = model.weights() instanceof PackedWeights;
        return switch (asked) {
            case NEVER -> Matrices.HELD;
            case ALWAYS -> {
                if (packed) {
                    throw new UserError(
                            "stream_weights: %s is quantised (%s), and packed weights are held in memory: leave the line out"
                                    .formatted(
                                            model.name(),
                                            Quantization.method(model).orElse("in blocks")));
                }
                yield Matrices.STREAMED;
            }
            case AUTO -> packed ? Matrices.HELD : fitting(model, compute, notice);
        };
    }

    private Matrices fitting(LoadedModel model, DType compute, Consumer<String> notice) {
        long bytes = ModelShape.of(model.spec()).parameters() * compute.bytes();
        if (limit.isEmpty() || bytes <= SHARE * limit.getAsLong()) {
            return Matrices.HELD;
        }
        notice.accept(String.format(
                Locale.ROOT,
                "Notice: %s takes %.2f GB, and this process may use %.2f GB: its weights are read from the file block by block (stream_weights)",
                model.name(),
                bytes / 1e9,
                limit.getAsLong() / 1e9));
        return Matrices.STREAMED;
    }
}
