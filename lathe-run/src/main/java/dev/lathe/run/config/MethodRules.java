package dev.lathe.run.config;

import java.util.List;
import java.util.stream.Stream;

/** Rules about what is trained: adapters, layers, and optimizers that take their place. */
final class MethodRules {
    static final List<Rule> ALL = List.of(
            loraOnly("use_rslora"),
            loraOnly("use_dora"),
            loraOnly("pissa_init"),
            loraOnly("loraplus_lr_ratio"),
            Rule.refuse(
                    "t",
                    "lora_target with all and names",
                    List.of("lora_target"),
                    s -> s.names("lora_target").contains("all")
                            && s.names("lora_target").size() > 1,
                    "all stands alone",
                    "write all, or the names"),
            Rule.refuse(
                    "t",
                    "no lora_target",
                    List.of("lora_target"),
                    s -> s.is("finetuning_type", "lora")
                            && s.names("lora_target").isEmpty(),
                    "an adapter needs layers to stand on",
                    "write all, or names such as q_proj,v_proj"),
            Rule.refuse(
                    "t",
                    "freezing every layer",
                    List.of("freeze_trainable_layers"),
                    s -> s.is("finetuning_type", "freeze")
                            && s.whole("freeze_trainable_layers") == 0
                            && !s.on("freeze_extra_modules"),
                    "nothing would be trained",
                    "give the number of last layers to train, or a negative number for the first ones"),
            Rule.refuse(
                    "t",
                    "use_llama_pro with full",
                    List.of("use_llama_pro"),
                    s -> s.flag("use_llama_pro") && s.is("finetuning_type", "full"),
                    "LLaMA Pro trains added layers only",
                    "set finetuning_type: freeze"),
            Rule.refuse(
                    "t",
                    "LoRA with GaLore, APOLLO or BAdam",
                    List.of("use_galore", "use_apollo", "use_badam", "finetuning_type"),
                    s -> s.is("finetuning_type", "lora") && special(s) > 0,
                    "both take the place of the full gradient",
                    "set finetuning_type: full, or switch the other off"),
            Rule.refuse(
                    "t",
                    "several of GaLore, APOLLO and BAdam",
                    List.of("use_galore", "use_apollo", "use_badam"),
                    s -> special(s) > 1,
                    "each takes the place of the full gradient",
                    "keep one of them"),
            Rule.refuse(
                    "t",
                    "layer-wise GaLore with accumulation",
                    List.of("galore_layerwise", "gradient_accumulation_steps"),
                    s -> s.flag("use_galore")
                            && s.flag("galore_layerwise")
                            && s.whole("gradient_accumulation_steps") > 1,
                    "a layer is updated as soon as its gradient is there",
                    "set gradient_accumulation_steps: 1"),
            Rule.refuse(
                    "t",
                    "APOLLO with another optimizer than AdamW",
                    List.of("optim", "use_apollo"),
                    s -> s.flag("use_apollo") && !s.is("optim", "adamw_torch", "adamw_torch_fused"),
                    "APOLLO approximates AdamW",
                    "set optim: adamw_torch"),
            Rule.refuse(
                    "t",
                    "DeepSpeed with GaLore or APOLLO",
                    List.of("deepspeed", "use_galore", "use_apollo"),
                    s -> s.on("deepspeed") && (s.flag("use_galore") || s.flag("use_apollo")),
                    "they need whole gradients",
                    "leave one of them out"),
            Rule.refuse(
                    "t",
                    "quantised weights with freeze or full",
                    List.of("quantization_bit", "finetuning_type"),
                    s -> s.on("quantization_bit") && !s.is("finetuning_type", "lora", "oft"),
                    "quantised weights cannot be trained",
                    "set finetuning_type: lora, or leave out quantization_bit"),
            Rule.refuse(
                    "t",
                    "PiSSA on quantised weights",
                    List.of("pissa_init", "quantization_bit"),
                    s -> s.flag("pissa_init") && s.on("quantization_bit"),
                    "PiSSA changes the weights it starts from",
                    "leave one of them out"),
            Rule.refuse(
                    "t",
                    "a new adapter on an old one on quantised weights",
                    List.of("create_new_adapter", "quantization_bit"),
                    s -> s.flag("create_new_adapter") && s.on("quantization_bit") && s.on("adapter_name_or_path"),
                    "the old adapter cannot be merged into quantised weights",
                    "merge it first with `lathe export`"),
            Rule.refuse(
                    "t",
                    "a device map in training",
                    List.of("quantization_device_map"),
                    s -> s.flag("do_train") && s.on("quantization_device_map"),
                    "weights that are trained stay in one place",
                    "delete the line"),
            Rule.refuse(
                    "t",
                    "fp8 on quantised weights",
                    List.of("fp8", "quantization_bit"),
                    s -> s.flag("fp8") && s.on("quantization_bit"),
                    "both say how weights are stored",
                    "leave one of them out"),
            Rule.refuse(
                    "t",
                    "vLLM or SGLang in training",
                    List.of("infer_backend"),
                    s -> !s.is("infer_backend", "huggingface"),
                    "vLLM and SGLang generate, they do not train",
                    "delete the line"));

    private MethodRules() {}

    private static Rule loraOnly(String key) {
        return Rule.refuse(
                "t",
                key + " without LoRA",
                List.of(key, "finetuning_type"),
                s -> s.on(key) && !s.is("finetuning_type", "lora"),
                "it is a kind of LoRA",
                "set finetuning_type: lora, or delete the line");
    }

    private static long special(Settings s) {
        return Stream.of("use_galore", "use_apollo", "use_badam")
                .filter(s::flag)
                .count();
    }
}
