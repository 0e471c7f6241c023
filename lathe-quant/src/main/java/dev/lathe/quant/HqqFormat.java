package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** HQQ layers as transformers 4 saved them: every field of the layer is a tensor of its own. */
record HqqFormat() implements MatrixFormat {
    @Override
    public String name() {
        return "HQQ";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("W_q") || layer.has("packing");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        for (String part : new String[] {"quant_scale", "quant_zero", "view_as_float"}) {
            if (layer.has(part) && layer.bytes(part, DType.U8).get(ValueLayout.JAVA_BYTE, 0) != 0) {
                throw layer.bad("it was made with HQQ's %s, which cannot be read yet".formatted(part));
            }
        }
        String label =
                new String(layer.tensor("packing").data().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        HqqPacking packing = HqqPacking.named(label)
                .orElseThrow(() -> layer.bad("its packing %s is none that HQQ 0.2 knows".formatted(label)));
        MemorySegment shape = layer.bytes("shape", DType.I64, 2);
        if (shape.get(PackedBytes.LONG, 0) != layer.out() || shape.get(PackedBytes.LONG, 8) != layer.in()) {
            throw layer.bad("its shape is %d x %d, but config.json makes it %d x %d"
                    .formatted(
                            shape.get(PackedBytes.LONG, 0), shape.get(PackedBytes.LONG, 8), layer.out(), layer.in()));
        }
        long numbers = layer.out() * layer.in();
        int axis = layer.whole("axis");
        int group = layer.has("group_size") ? layer.whole("group_size") : Math.toIntExact(layer.in());
        if (axis != 0 && axis != 1) {
            throw layer.bad("its axis is %d, which is neither 0 nor 1".formatted(axis));
        }
        if (group < 1 || numbers % group != 0) {
            throw layer.bad("groups of %d do not divide %d x %d numbers".formatted(group, layer.out(), layer.in()));
        }
        long groups = numbers / group;
        long height = axis == 1 ? groups : group;
        long width = axis == 1 ? group : groups;
        if (!packing.fits(height)) {
            throw layer.bad("%d rows do not fill words of packing %s".formatted(height, label));
        }
        DType words = packing.wordBytes() == 4 ? DType.I32 : DType.U8;
        long[] perGroup = axis == 1 ? new long[] {groups, 1} : new long[] {1, groups};
        return new HqqMatrix(
                layer.bytes("W_q", words, packing.packedHeight(height), width),
                packing,
                layer.numbers("scale", perGroup),
                layer.numbers("zero", perGroup),
                axis,
                group,
                layer.out(),
                layer.in());
    }
}
