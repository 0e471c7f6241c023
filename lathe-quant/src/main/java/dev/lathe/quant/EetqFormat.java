package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;

/** EETQ checkpoints: signed bytes in the order that NVIDIA's int8 kernels for SM75 to SM89 read. */
record EetqFormat() implements MatrixFormat {
    @Override
    public String name() {
        return "EETQ";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("weight_scales") || layer.has("qweight");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        if (!EetqLayout.fits(layer.out(), layer.in())) {
            throw layer.bad("EETQ's layout has tiles of 64 x 64, which do not divide %d x %d"
                    .formatted(layer.out(), layer.in()));
        }
        String part = layer.has("qweight") ? "qweight" : "weight";
        MemorySegment stored = layer.bytes(part, DType.I8, layer.in(), layer.out());
        return new Int8Matrix(
                EetqLayout.toRows(stored, layer.out(), layer.in()),
                layer.numbers("weight_scales", layer.out()),
                layer.out(),
                layer.in());
    }
}
