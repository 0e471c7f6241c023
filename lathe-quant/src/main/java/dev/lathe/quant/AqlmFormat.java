package dev.lathe.quant;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.util.Arrays;

/** AQLM checkpoints: all sizes are what the shapes of codes and codebooks say. */
record AqlmFormat() implements MatrixFormat {
    @Override
    public String name() {
        return "AQLM";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("codes") || layer.has("codebooks");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        TensorSpec books = layer.spec("codebooks");
        long[] shape = books.shape();
        boolean whole = shape.length == 4
                && shape[0] >= 1
                && shape[0] <= 64
                && shape[1] >= 2
                && shape[1] <= 1 << 16
                && Long.bitCount(shape[1]) == 1
                && shape[2] >= 1
                && shape[3] >= 1
                && layer.out() % shape[2] == 0
                && layer.in() % shape[3] == 0;
        if (!whole) {
            throw layer.bad("codebooks of shape %s do not divide a matrix of %d x %d"
                    .formatted(Arrays.toString(shape), layer.out(), layer.in()));
        }
        int outGroup = (int) shape[2];
        int inGroup = (int) shape[3];
        StoredTensor codes = layer.tensor("codes");
        int bits = Long.numberOfTrailingZeros(shape[1]);
        DType type = bits <= 8 ? DType.I8 : DType.I16;
        return new AqlmMatrix(
                layer.bytes(
                        "codes",
                        codes.dtype() == DType.I32 ? DType.I32 : type,
                        layer.out() / outGroup,
                        layer.in() / inGroup,
                        shape[0]),
                codes.dtype().bytes(),
                layer.numbers("codebooks", shape),
                (int) shape[0],
                (int) shape[1],
                layer.numbers("scales", layer.out() / outGroup, 1, 1, 1),
                outGroup,
                inGroup,
                layer.out(),
                layer.in());
    }
}
