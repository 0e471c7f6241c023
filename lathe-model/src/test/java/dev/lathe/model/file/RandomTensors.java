package dev.lathe.model.file;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Tensors of all types and odd shapes (scalars, empty ones, strange names), the same for the same seed. */
final class RandomTensors {
    private RandomTensors() {}

    static List<TensorSource> of(long seed) {
        Random random = new Random(seed);
        List<TensorSource> tensors = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            DType dtype = DType.values()[random.nextInt(DType.values().length)];
            long[] shape = new long[random.nextInt(4)];
            for (int d = 0; d < shape.length; d++) {
                shape[d] = random.nextInt(6);
            }
            TensorSpec spec = new TensorSpec(name(random, i), dtype, shape);
            byte[] bytes = new byte[(int) spec.bytes()];
            random.nextBytes(bytes);
            tensors.add(new TensorSource(spec, () -> MemorySegment.ofArray(bytes)));
        }
        return tensors;
    }

    private static String name(Random random, int i) {
        String[] odd = {"model.layers.%d.weight", "größe.%d", "quote\"%d\\", "tab\t%d", "\uD83D\uDE00.%d", "%d", ""};
        return odd[random.nextInt(odd.length)].formatted(i) + "." + i;
    }
}
