package dev.lathe.run.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Keys that another key leaves without effect: said, and the run goes on. */
final class UnusedRules {
    static final List<Rule> ALL = all();

    private UnusedRules() {}

    private static List<Rule> all() {
        List<Rule> rules = new ArrayList<>();
        for (String key : List.of("lora_rank", "lora_alpha", "lora_dropout", "lora_target", "additional_target")) {
            rules.add(unused(
                    key,
                    "without LoRA",
                    s -> !s.is("finetuning_type", "lora"),
                    "read only with finetuning_type: lora"));
        }
        for (String key : List.of("freeze_trainable_layers", "freeze_trainable_modules", "freeze_extra_modules")) {
            rules.add(unused(
                    key,
                    "without freeze",
                    s -> !s.is("finetuning_type", "freeze"),
                    "read only with finetuning_type: freeze"));
        }
        rules.add(unused(
                "save_steps",
                "without save_strategy: steps",
                s -> !s.is("save_strategy", "steps"),
                "read only with save_strategy: steps"));
        rules.add(unused(
                "eval_steps",
                "without eval_strategy: steps",
                s -> !s.is("eval_strategy", "steps"),
                "read only with eval_strategy: steps"));
        rules.add(unused(
                "logging_steps",
                "without logging_strategy: steps",
                s -> !s.is("logging_strategy", "steps"),
                "read only with logging_strategy: steps"));
        for (String key : List.of("metric_for_best_model", "greater_is_better")) {
            rules.add(unused(
                    key,
                    "without load_best_model_at_end",
                    s -> !s.flag("load_best_model_at_end"),
                    "read only with load_best_model_at_end: true"));
        }
        for (String key : List.of("quantization_type", "double_quantization")) {
            rules.add(unused(
                    key,
                    "without 4 bits of bitsandbytes",
                    s -> !s.is("quantization_bit", "4") || !s.is("quantization_method", "bnb"),
                    "read only with quantization_bit: 4 and quantization_method: bnb"));
        }
        rules.add(unused(
                "quantization_method",
                "without quantization_bit",
                s -> !s.on("quantization_bit"),
                "read only with quantization_bit; a quantised checkpoint says itself how it is stored"));
        rules.add(Rule.notice(
                "tcsed",
                "rows from descriptions without descriptions",
                List.of("init_special_tokens"),
                s -> !s.is("init_special_tokens", "noise_init") && !s.on("new_special_tokens_config"),
                "new_special_tokens_config holds the descriptions; without it rows start as with noise_init"));
        rules.add(Rule.notice(
                "tcsed",
                "add_special_tokens with new_special_tokens_config",
                List.of("add_special_tokens"),
                s -> s.on("add_special_tokens") && s.on("new_special_tokens_config"),
                "the tokens of new_special_tokens_config are added instead, as in the reference"));
        rules.add(unused("num_train_epochs", "with max_steps", s -> s.whole("max_steps") > 0, "max_steps wins"));
        rules.add(unused(
                "warmup_ratio",
                "with warmup_steps",
                s -> s.number("warmup_steps") > 0 && s.on("warmup_ratio"),
                "warmup_steps wins"));
        rules.add(unused(
                "gradient_checkpointing",
                "with disable_gradient_checkpointing",
                s -> s.flag("gradient_checkpointing") && s.flag("disable_gradient_checkpointing"),
                "disable_gradient_checkpointing wins"));
        rules.add(unused(
                "packing",
                "with neat_packing",
                s -> s.flag("neat_packing") && s.is("packing", "false"),
                "neat_packing packs, so packing: false is not followed, as in the reference"));
        rules.add(Rule.notice(
                "t",
                "fp16 on a CPU",
                List.of("fp16"),
                s -> s.flag("fp16"),
                "a CPU has no fast fp16; this run computes in bf16"));
        rules.add(Rule.notice(
                "c",
                "max_length with max_new_tokens",
                List.of("max_length"),
                s -> s.given("max_length") && s.whole("max_new_tokens") > 0,
                "max_new_tokens wins"));
        for (String key : List.of("temperature", "top_p", "top_k")) {
            rules.add(Rule.notice(
                    "c",
                    key + " without do_sample",
                    List.of(key),
                    s -> s.given(key) && !s.flag("do_sample"),
                    "read only with do_sample: true"));
        }
        return List.copyOf(rules);
    }

    private static Rule unused(String key, String when, Predicate<Settings> holds, String because) {
        return Rule.notice("t", key + " " + when, List.of(key), s -> s.given(key) && holds.test(s), because);
    }
}
