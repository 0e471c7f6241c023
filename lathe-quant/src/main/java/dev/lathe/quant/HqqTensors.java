package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HQQ layer as transformers 4 saves it: every field is a tensor of its own. */
final class HqqTensors {
    private HqqTensors() {}

    static List<StoredTensor> of(String module, HqqMatrix hqq, HqqQuantizer made) {
        long groups = hqq.scales().count();
        long[] perGroup = hqq.axis() == 1 ? new long[] {groups, 1} : new long[] {1, groups};
        boolean words = hqq.packing().wordBytes() == 4;
        long[] packed = {hqq.packing().packedHeight(hqq.height()), hqq.width()};
        List<StoredTensor> tensors = new ArrayList<>();
        tensors.add(new StoredTensor(module + ".W_q", words ? DType.I32 : DType.U8, packed, hqq.codes()));
        tensors.add(new StoredTensor(
                module + ".scale", DType.F16, perGroup, hqq.scales().data()));
        tensors.add(new StoredTensor(
                module + ".zero", DType.F16, perGroup, hqq.zeros().data()));
        MemorySegment shape = PackedBytes.allocate(2 * Long.BYTES);
        shape.set(PackedBytes.LONG, 0, hqq.out());
        shape.set(PackedBytes.LONG, 8, hqq.in());
        tensors.add(new StoredTensor(module + ".shape", DType.I64, new long[] {2}, shape));
        tensors.add(whole(module + ".nbits", made.bits()));
        tensors.add(whole(module + ".group_size", made.group()));
        tensors.add(whole(module + ".axis", made.axis()));
        tensors.add(text(module + ".packing", hqq.packing().label()));
        tensors.add(text(module + ".unpack_view_dtype", words ? "torch.int32" : "torch.uint8"));
        tensors.add(text(module + ".compute_dtype", "torch.float16"));
        for (String yes : List.of("channel_wise", "optimize", "encoded_state_dict", "stores_quant_config")) {
            tensors.add(flag(module + "." + yes, true));
        }
        for (String no : List.of("quant_scale", "quant_zero", "offload_meta", "view_as_float")) {
            tensors.add(flag(module + "." + no, false));
        }
        tensors.add(flag(module + ".round_zero", made.bits() == 4));
        return tensors;
    }

    private static StoredTensor whole(String name, int value) {
        MemorySegment memory = PackedBytes.allocate(Integer.BYTES);
        memory.set(PackedBytes.INT, 0, value);
        return new StoredTensor(name, DType.I32, new long[0], memory);
    }

    private static StoredTensor flag(String name, boolean value) {
        MemorySegment memory = PackedBytes.allocate(1);
        memory.set(ValueLayout.JAVA_BYTE, 0, (byte) (value ? 1 : 0));
        return new StoredTensor(name, DType.U8, new long[0], memory);
    }

    private static StoredTensor text(String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return new StoredTensor(
                name, DType.U8, new long[] {bytes.length}, PackedBytes.copyOf(MemorySegment.ofArray(bytes)));
    }

    static ObjectNode config(HqqQuantizer made) {
        ObjectNode config = Json.object().put("quant_method", "hqq");
        config.putArray("skip_modules").add("lm_head");
        ObjectNode quant = config.putObject("quant_config");
        quant.putObject("weight_quant_params")
                .put("nbits", made.bits())
                .put("channel_wise", true)
                .put("group_size", made.group())
                .put("optimize", true)
                .put("round_zero", made.bits() == 4)
                .put("axis", made.axis())
                .put("view_as_float", false);
        quant.putNull("scale_quant_params").putNull("zero_quant_params").put("offload_meta", false);
        return config;
    }
}
