package dev.lathe.run.config;

import java.util.List;

/** Rules about preferences, rewards and prediction. */
final class PreferenceRules {
    static final List<Rule> ALL = List.of(
            fewBits("ref_model_quantization_bit"),
            fewBits("reward_model_quantization_bit"),
            Rule.refuse(
                    "t",
                    "stage ppo without a reward model",
                    List.of("reward_model", "stage"),
                    s -> s.is("stage", "ppo") && !s.on("reward_model"),
                    "PPO needs a reward to follow",
                    "set reward_model"),
            Rule.refuse(
                    "t",
                    "stage ppo with a reward adapter but no LoRA",
                    List.of("reward_model_type", "finetuning_type"),
                    s -> s.is("stage", "ppo") && s.is("reward_model_type", "lora") && !s.is("finetuning_type", "lora"),
                    "a reward adapter stands beside a LoRA adapter",
                    "set finetuning_type: lora, or reward_model_type: full"),
            Rule.refuse(
                    "t",
                    "stage ppo without training",
                    List.of("do_train", "stage"),
                    s -> s.is("stage", "ppo") && !s.flag("do_train"),
                    "PPO cannot only evaluate",
                    "set do_train: true"),
            Rule.refuse(
                    "t",
                    "label smoothing with another loss than sigmoid",
                    List.of("dpo_label_smoothing", "pref_loss"),
                    s -> s.is("stage", "dpo") && s.on("dpo_label_smoothing") && !s.is("pref_loss", "sigmoid"),
                    "only the sigmoid loss has smoothing",
                    "set pref_loss: sigmoid"),
            Rule.refuse(
                    "t",
                    "PiSSA where the start is also the reference",
                    List.of("pissa_init", "stage"),
                    s -> s.flag("pissa_init")
                            && (s.is("stage", "ppo", "kto") || s.is("stage", "dpo") && s.on("ref_model")),
                    "PiSSA changes the weights that the reference needs",
                    "leave out pissa_init"),
            Rule.refuse(
                    "t",
                    "the best checkpoint in stages rm and ppo",
                    List.of("load_best_model_at_end", "stage"),
                    s -> s.flag("load_best_model_at_end") && s.is("stage", "rm", "ppo"),
                    "their value head is saved beside the weights",
                    "delete the line"),
            Rule.refuse(
                    "t",
                    "predict_with_generate outside stage sft",
                    List.of("predict_with_generate"),
                    s -> s.flag("predict_with_generate") && !s.is("stage", "sft"),
                    "only stage sft has answers to compare with",
                    "delete the line, or set stage: sft"),
            Rule.refuse(
                    "t",
                    "do_predict without predict_with_generate",
                    List.of("do_predict"),
                    s -> s.is("stage", "sft") && s.flag("do_predict") && !s.flag("predict_with_generate"),
                    "predictions have to be generated",
                    "set predict_with_generate: true"),
            Rule.refuse(
                    "t",
                    "predict_with_generate with compute_accuracy",
                    List.of("compute_accuracy", "predict_with_generate"),
                    s -> s.flag("compute_accuracy") && s.flag("predict_with_generate"),
                    "generated tokens do not line up with the labels",
                    "keep one of them"));

    private PreferenceRules() {}

    private static Rule fewBits(String key) {
        return Rule.refuse(
                "t",
                key + " other than 4 or 8",
                List.of(key),
                s -> s.on(key) && !s.is(key, "4", "8"),
                "bitsandbytes stores 4 or 8 bits",
                "choose one of them");
    }
}
