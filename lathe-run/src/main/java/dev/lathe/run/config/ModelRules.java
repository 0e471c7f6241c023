package dev.lathe.run.config;

import java.util.List;
import java.util.Map;

/** Rules about the model, its quantisation and what it is written as. */
final class ModelRules {
    /** Bits that each method stores which quantises while a model loads. */
    static final Map<String, List<Integer>> BITS =
            Map.of("bnb", List.of(4, 8), "hqq", List.of(1, 2, 3, 4, 5, 6, 8), "eetq", List.of(8));

    static final List<Rule> ALL = List.of(
            Rule.refuse(
                    "tcse",
                    "no model is named",
                    List.of("model_name_or_path"),
                    s -> !s.on("model_name_or_path"),
                    "there is nothing to start from",
                    "name a folder, a GGUF file, a hub name or lathe:seedling"),
            Rule.refuse(
                    "tcse",
                    "an adapter with freeze or full",
                    List.of("adapter_name_or_path", "finetuning_type"),
                    s -> s.on("adapter_name_or_path") && !s.is("finetuning_type", "lora"),
                    "only LoRA works with an adapter",
                    "set finetuning_type: lora, or merge the adapter first with `lathe export`"),
            Rule.refuse(
                    "tcse",
                    "several adapters on a quantised model",
                    List.of("adapter_name_or_path", "quantization_bit"),
                    s -> s.on("quantization_bit")
                            && s.names("adapter_name_or_path").size() > 1,
                    "adapters cannot be merged into quantised weights",
                    "merge them into the unquantised model first with `lathe export`"),
            Rule.refuse(
                    "tcse",
                    "bits that the quantisation method does not store",
                    List.of("quantization_bit", "quantization_method"),
                    s -> wrongBits(s, "bnb"),
                    "bitsandbytes stores 4 or 8 bits",
                    "other numbers need quantization_method: hqq"),
            Rule.refuse(
                    "tcse",
                    "quantising while loading with a method that needs data",
                    List.of("quantization_method", "quantization_bit"),
                    s -> s.on("quantization_bit") && !BITS.containsKey(s.text("quantization_method")),
                    "only bnb, hqq and eetq quantise while a model loads",
                    "name a checkpoint that is quantised so and leave out quantization_bit, or choose one of the three"),
            Rule.refuse(
                    "tcse",
                    "7 bits with hqq",
                    List.of("quantization_bit", "quantization_method"),
                    s -> wrongBits(s, "hqq"),
                    "HQQ stores 1, 2, 3, 4, 5, 6 or 8 bits",
                    "choose one of them"),
            Rule.refuse(
                    "tcse",
                    "other than 8 bits with eetq",
                    List.of("quantization_bit", "quantization_method"),
                    s -> wrongBits(s, "eetq"),
                    "EETQ stores 8 bits",
                    "other numbers need quantization_method: bnb or hqq"),
            Rule.refuse(
                    "t",
                    "a quantised embedding with freeze or full",
                    List.of("quantize_embedding", "finetuning_type"),
                    s -> s.on("quantize_embedding") && !s.is("finetuning_type", "lora"),
                    "quantised weights cannot be trained",
                    "set finetuning_type: lora, or leave out quantize_embedding"),
            Rule.refuse(
                    "t",
                    "streamed weights with freeze or full",
                    List.of("stream_weights", "finetuning_type"),
                    s -> s.is("stream_weights", "true") && !s.is("finetuning_type", "lora"),
                    "weights that are trained are held in memory",
                    "set finetuning_type: lora, or leave out stream_weights"),
            Rule.refuse(
                    "t",
                    "streamed weights with quantised loading",
                    List.of("stream_weights", "quantization_bit"),
                    s -> s.is("stream_weights", "true") && s.on("quantization_bit"),
                    "weights that are packed while loading are held in memory",
                    "leave out one of the two"),
            Rule.refuse(
                    "t",
                    "streamed weights with packed blocks",
                    List.of("stream_weights", "gguf_weights"),
                    s -> s.is("stream_weights", "true") && s.is("gguf_weights", "packed"),
                    "blocks that stay packed are held in memory",
                    "leave out one of the two"),
            Rule.refuse(
                    "e",
                    "merging into a quantised model",
                    List.of("quantization_bit", "merge_base"),
                    s -> s.on("quantization_bit") && s.on("adapter_name_or_path") && !s.is("merge_base", "dequantized"),
                    "an adapter cannot be merged into quantised weights without loss",
                    "leave the line out to merge into the original weights, or set merge_base: dequantized to keep exactly what was trained"),
            Rule.refuse(
                    "e",
                    "no folder to export to",
                    List.of("export_dir"),
                    s -> !s.on("export_dir"),
                    "there is nowhere to write to",
                    "set export_dir"),
            Rule.refuse(
                    "e",
                    "quantising while merging",
                    List.of("export_quantization_bit", "adapter_name_or_path"),
                    s -> s.on("export_quantization_bit") && s.on("adapter_name_or_path"),
                    "calibration needs the merged model",
                    "merge first, then quantise the result"),
            Rule.refuse(
                    "e",
                    "quantising without calibration texts",
                    List.of("export_quantization_bit"),
                    s -> s.on("export_quantization_bit") && !s.on("export_quantization_dataset"),
                    "GPTQ needs texts to calibrate with",
                    "set export_quantization_dataset"),
            Rule.refuse(
                    "c",
                    "chatting with a reward model",
                    List.of("stage"),
                    s -> s.is("stage", "rm"),
                    "a reward model gives scores, not answers",
                    "chat with the model it was made from"),
            Rule.refuse(
                    "tc",
                    "image_max_pixels below image_min_pixels",
                    List.of("image_max_pixels", "image_min_pixels"),
                    s -> s.number("image_max_pixels") < s.number("image_min_pixels"),
                    "the largest image cannot be smaller than the smallest",
                    "swap the two"),
            Rule.refuse(
                    "tc",
                    "video_max_pixels below video_min_pixels",
                    List.of("video_max_pixels", "video_min_pixels"),
                    s -> s.number("video_max_pixels") < s.number("video_min_pixels"),
                    "the largest frame cannot be smaller than the smallest",
                    "swap the two"),
            Rule.refuse(
                    "tcse",
                    "kt_cpu_activation without use_kt",
                    List.of("kt_cpu_activation"),
                    s -> s.on("kt_cpu_activation") && !s.flag("use_kt"),
                    "it belongs to KTransformers",
                    "delete the line"));

    private ModelRules() {}

    private static boolean wrongBits(Settings s, String method) {
        return s.on("quantization_bit")
                && s.is("quantization_method", method)
                && !BITS.getOrDefault(method, List.of()).contains(s.whole("quantization_bit"));
    }
}
