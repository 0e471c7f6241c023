package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The group of each column, where quantisation took columns in another order than the matrix has them. */
final class GroupOrder {
    private GroupOrder() {}

    /** Empty when groups are {@code groupSize} columns one after the other. */
    static Optional<int[]> read(LayerTensors layer, String part, int groupSize, long groups) {
        MemorySegment stored = layer.bytes(part, DType.I32, layer.in());
        int[] order = new int[(int) layer.in()];
        boolean plain = true;
        for (int i = 0; i < order.length; i++) {
            order[i] = stored.get(PackedBytes.INT, 4L * i);
            if (order[i] < 0 || order[i] >= groups) {
                throw layer.bad("%s puts column %d into group %d of %d".formatted(part, i, order[i], groups));
            }
            plain = plain && order[i] == i / groupSize;
        }
        return plain ? Optional.empty() : Optional.of(order);
    }
}
