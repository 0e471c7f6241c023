package dev.lathe.quant;

import dev.lathe.model.file.PackedRowFile;

/** Matrices of a GGUF file in the blocks they are stored in. */
record GgufFormat(PackedRowFile file) implements MatrixFormat {
    @Override
    public String name() {
        return "GGUF";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return file.packed(layer.name() + ".weight").isPresent();
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        GgufMatrix matrix = new GgufMatrix(file.packed(layer.name() + ".weight").orElseThrow());
        if (matrix.out() != layer.out() || matrix.in() != layer.in()) {
            throw layer.bad("its matrix is %d x %d, but the header makes it %d x %d"
                    .formatted(matrix.out(), matrix.in(), layer.out(), layer.in()));
        }
        return matrix;
    }
}
