package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * How positions are scaled, in Hugging Face's words. llama.cpp has keys for linear and YaRN scaling; Llama 3's rule it
 * stores as a tensor of one factor a frequency, from which the rule is recovered and then checked.
 */
record GgufRope(MappedFile file, GgufHeader header, GgufKeys keys, int headDim) {
    /** The tensor with Llama 3's factors. */
    static final String FACTORS = "rope_freqs.weight";

    // The same in every Llama 3.1 and later; only the factor differs (8, or 32 in the small ones).
    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final int ORIGINAL = 8192;

    double theta() {
        return keys.real("llama.rope.freq_base", 10_000);
    }

    Optional<ObjectNode> scaling() {
        if (header.tensors().containsKey(FACTORS)) {
            return Optional.of(llama3());
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

    private ObjectNode llama3() {
        float[] factors = factors();
        float factor = 1;
        for (float one : factors) {
            factor = Math.max(factor, one);
        }
        for (int i = 0; i < factors.length; i++) {
            double expected = expected(i, factor);
            if (!(Math.abs(factors[i] - expected) <= 1e-3 * expected)) {
                throw new UserError(
                        "%s: %s scales frequency %d by %s, where Llama 3's rule gives %s: such positions cannot be read yet. Use the model's safetensors."
                                .formatted(file.path(), FACTORS, i, factors[i], expected));
            }
        }
        return Json.object()
                .put("rope_type", "llama3")
                .put("factor", (double) factor)
                .put("low_freq_factor", LOW)
                .put("high_freq_factor", HIGH)
                .put("original_max_position_embeddings", ORIGINAL);
    }

    /** By how much Llama 3 stretches frequency i: short waves not, long ones fully, in between smoothly. */
    private double expected(int i, double factor) {
        double wavelength = 2 * Math.PI * Math.pow(theta(), 2.0 * i / headDim);
        if (wavelength < ORIGINAL / HIGH) {
            return 1;
        }
        if (wavelength > ORIGINAL / LOW) {
            return factor;
        }
        double smooth = (ORIGINAL / wavelength - LOW) / (HIGH - LOW);
        return 1 / ((1 - smooth) / factor + smooth);
    }

    private float[] factors() {
        GgufHeader.Tensor tensor = header.tensors().get(FACTORS);
        if (tensor == null || tensor.type() != GgufType.F32 || TensorSpec.elements(tensor.shape()) != headDim / 2) {
            throw new UserError("%s: %s is not one F32 number a frequency".formatted(file.path(), FACTORS));
        }
        float[] factors = new float[headDim / 2];
        byte[] stored = file.bytes().asSlice(tensor.start(), tensor.bytes()).toArray(ValueLayout.JAVA_BYTE);
        GgufRows.f32(stored, factors, factors.length);
        return factors;
    }
}
