package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;

/** The {@code quantization_config} that transformers writes for bitsandbytes. */
final class BitsAndBytesConfig {
    private BitsAndBytesConfig() {}

    /**
     * @param bits 4 or 8
     * @param type nf4 or fp4
     */
    static ObjectNode of(int bits, String type, boolean nested) {
        ObjectNode config = Json.object();
        config.put("_load_in_4bit", bits == 4).put("_load_in_8bit", bits == 8);
        config.put("bnb_4bit_compute_dtype", "bfloat16").put("bnb_4bit_quant_storage", "uint8");
        config.put("bnb_4bit_quant_type", type).put("bnb_4bit_use_double_quant", nested);
        config.put("llm_int8_enable_fp32_cpu_offload", false).put("llm_int8_has_fp16_weight", false);
        config.putNull("llm_int8_skip_modules").put("llm_int8_threshold", 6.0);
        config.put("load_in_4bit", bits == 4).put("load_in_8bit", bits == 8);
        return config.put("quant_method", "bitsandbytes");
    }
}
