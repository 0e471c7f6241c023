package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * FP8 checkpoints: numbers of 8 bits with one scale ({@code weight_scale}, of the whole matrix or of each row) or one for each
 * tile ({@code weight_scale_inv}, as DeepSeek has them; it multiplies all the same). Scales of activations are left alone:
 * activations stay as they are.
 *
 * @param tileRows of a tile, as config.json says; 0 when it names none
 */
record Float8Format(long tileRows, long tileColumns) implements MatrixFormat {
    /** @param tile [rows, columns], or nothing */
    static Float8Format of(JsonNode tile) {
        return new Float8Format(tile.path(0).asLong(0), tile.path(1).asLong(0));
    }

    @Override
    public String name() {
        return "FP8";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("weight") && isFloat8(layer.spec("weight").dtype());
    }

    private static boolean isFloat8(DType dtype) {
        return dtype == DType.F8_E4M3 || dtype == DType.F8_E5M2;
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        DType type = layer.spec("weight").dtype();
        MemorySegment codes = layer.bytes("weight", type, layer.out(), layer.in());
        String part = layer.has("weight_scale_inv") ? "weight_scale_inv" : "weight_scale";
        TensorSpec spec = layer.spec(part);
        Numbers scales = layer.numbers(part, spec.shape());
        long count = scales.count();
        long rows = layer.out();
        long columns = layer.in();
        if (count != 1) {
            boolean perRow = count == layer.out() && spec.shape()[0] == layer.out();
            rows = perRow ? 1 : tileRows;
            columns = perRow ? layer.in() : tileColumns;
        }
        boolean covered =
                rows > 0 && columns > 0 && count == Math.ceilDiv(layer.out(), rows) * Math.ceilDiv(layer.in(), columns);
        if (!covered) {
            throw layer.bad(
                    "%s has %d scales, which is neither one, nor one a row, nor one for each tile of config.json's %d x %d"
                            .formatted(part, count, tileRows, tileColumns));
        }
        return new Float8Matrix(codes, type, scales, rows, columns, layer.out(), layer.in());
    }
}
