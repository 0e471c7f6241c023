package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * How positions are scaled, in Hugging Face's words. llama.cpp has keys for linear and YaRN scaling, and a tensor for
 * {@link Llama3Factors}.
 */
record GgufRope(MappedFile file, GgufHeader header, GgufKeys keys, int headDim) {
    double theta() {
        return keys.real("llama.rope.freq_base", 10_000);
    }

    Optional<ObjectNode> scaling() {
        if (header.tensors().containsKey(Llama3Factors.TENSOR)) {
            return Optional.of(new Llama3Factors(factors(), theta(), file.path()).scaling());
        }
        double linear = keys.real("llama.rope.scale_linear", 1);
        double factor = keys.real("llama.rope.scaling.factor", linear);
        String type = keys.text("llama.rope.scaling.type").orElse(linear == 1 ? "none" : "linear");
        return switch (type) {
            case "none" -> Optional.empty();
            case "linear" ->
                Optional.of(Json.object().put("rope_type", "linear").put("factor", factor));
            case "yarn" -> Optional.of(yarn(factor));
            default ->
                throw new UserError("%s: rope scaling %s cannot be read from GGUF yet. Use the model's safetensors."
                        .formatted(file.path(), type));
        };
    }

    private ObjectNode yarn(double factor) {
        return Json.object()
                .put("rope_type", "yarn")
                .put("factor", factor)
                .put("original_max_position_embeddings", keys.number("llama.rope.scaling.original_context_length"));
    }

    private float[] factors() {
        GgufHeader.Tensor tensor = header.tensors().get(Llama3Factors.TENSOR);
        if (tensor == null || tensor.type() != GgufType.F32 || TensorSpec.elements(tensor.shape()) != headDim / 2) {
            throw new UserError(
                    "%s: %s is not one F32 number a frequency".formatted(file.path(), Llama3Factors.TENSOR));
        }
        float[] factors = new float[headDim / 2];
        byte[] stored = file.bytes().asSlice(tensor.start(), tensor.bytes()).toArray(ValueLayout.JAVA_BYTE);
        GgufRows.f32(stored, factors, factors.length);
        return factors;
    }
}
