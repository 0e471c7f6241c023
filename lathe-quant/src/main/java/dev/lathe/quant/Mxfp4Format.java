package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.util.Optional;

/** MXFP4 checkpoints: {@code name_blocks} and {@code name_scales}, as gpt-oss has them. */
record Mxfp4Format() implements MatrixFormat {
    @Override
    public String name() {
        return "MXFP4";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("_blocks") || layer.has("_scales");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        long blocks = blocks(layer);
        return new Mxfp4Matrix(
                layer.bytes("_blocks", DType.U8, layer.out(), blocks, Mxfp4Matrix.BLOCK / 2),
                layer.bytes("_scales", DType.U8, layer.out(), blocks),
                layer.out(),
                layer.in());
    }

    /** gpt-oss's {@code gate_up_proj} and {@code down_proj}. */
    @Override
    public Optional<PackedMatrix> stack(LayerTensors layer, long experts) {
        if (!packs(layer)) {
            return Optional.empty();
        }
        long blocks = blocks(layer);
        return Optional.of(new Mxfp4Matrix(
                layer.bytes("_blocks", DType.U8, experts, layer.out(), blocks, Mxfp4Matrix.BLOCK / 2),
                layer.bytes("_scales", DType.U8, experts, layer.out(), blocks),
                experts * layer.out(),
                layer.in()));
    }

    private static long blocks(LayerTensors layer) {
        if (layer.in() % Mxfp4Matrix.BLOCK != 0) {
            throw layer.bad("blocks of %d do not divide %d inputs".formatted(Mxfp4Matrix.BLOCK, layer.in()));
        }
        return layer.in() / Mxfp4Matrix.BLOCK;
    }
}
