package dev.lathe.quant;

import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;

/** Sparse matrices of compressed-tensors up to 0.10: two of each four numbers kept, or any. */
record BitmaskFormat() implements MatrixFormat {
    @Override
    public String name() {
        return "compressed-tensors' bitmask";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("compressed") || layer.has("bitmask");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        long out = layer.out();
        long in = layer.in();
        MemorySegment mask = layer.bytes("bitmask", DType.U8, out, Math.ceilDiv(in, 8));
        TensorSpec spec = layer.spec("compressed");
        Numbers kept = layer.numbers("compressed", spec.shape());
        boolean halved = spec.shape().length == 2;
        MemorySegment offsets = halved ? MemorySegment.NULL : layer.bytes("row_offsets", DType.I64, out);
        long[] starts = new long[(int) out];
        long next = 0;
        for (int row = 0; row < out; row++) {
            starts[row] = halved ? row * (in / 2) : offsets.get(PackedBytes.LONG, 8L * row);
            if (starts[row] != next) {
                throw layer.bad("its bitmask keeps %d numbers before row %d, where %d are stored"
                        .formatted(next, row, starts[row]));
            }
            next += BitmaskMatrix.kept(mask, row, in);
        }
        if (next != kept.count()) {
            throw layer.bad("its bitmask keeps %d numbers, but %d are stored".formatted(next, kept.count()));
        }
        return new BitmaskMatrix(kept, mask, starts, out, in);
    }
}
