package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule with a configuration that breaks it and nothing but it and what Lathe cannot do yet. */
class RulesTest {
    private static final String BASE = "model_name_or_path=x dataset=identity ";

    private final Path folder;

    RulesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static Stream<Arguments> refused() {
        return Map.ofEntries(
                        Map.entry("no model is named", "dataset=identity"),
                        Map.entry(
                                "an adapter with freeze or full", BASE + "adapter_name_or_path=a finetuning_type=full"),
                        Map.entry(
                                "several adapters on a quantised model",
                                BASE + "adapter_name_or_path=a,b quantization_bit=4"),
                        Map.entry("bits that the quantisation method does not store", BASE + "quantization_bit=5"),
                        Map.entry(
                                "quantising while loading with a method that needs data",
                                BASE + "quantization_bit=4 quantization_method=gptq"),
                        Map.entry("7 bits with hqq", BASE + "quantization_bit=7 quantization_method=hqq"),
                        Map.entry("other than 8 bits with eetq", BASE + "quantization_bit=4 quantization_method=eetq"),
                        Map.entry(
                                "a quantised embedding with freeze or full",
                                BASE + "finetuning_type=full quantize_embedding=int8"),
                        Map.entry(
                                "streamed weights with freeze or full",
                                BASE + "stream_weights=true finetuning_type=full"),
                        Map.entry(
                                "streamed weights with quantised loading",
                                BASE + "stream_weights=true quantization_bit=4"),
                        Map.entry(
                                "streamed weights with packed blocks",
                                BASE + "stream_weights=true gguf_weights=packed"),
                        Map.entry(
                                "merging into a quantised model",
                                "model_name_or_path=x adapter_name_or_path=a quantization_bit=4 export_dir=e"),
                        Map.entry("no folder to export to", "model_name_or_path=x"),
                        Map.entry(
                                "quantising while merging",
                                "model_name_or_path=x adapter_name_or_path=a export_dir=e export_quantization_bit=4"
                                        + " export_quantization_dataset=d"),
                        Map.entry(
                                "quantising without calibration texts",
                                "model_name_or_path=x export_dir=e export_quantization_bit=4"),
                        Map.entry("chatting with a reward model", "model_name_or_path=x stage=rm"),
                        Map.entry("image_max_pixels below image_min_pixels", BASE + "image_max_pixels=1"),
                        Map.entry("video_max_pixels below video_min_pixels", BASE + "video_max_pixels=1"),
                        Map.entry("kt_cpu_activation without use_kt", BASE + "kt_cpu_activation=retain"),
                        Map.entry("training without a data set", "model_name_or_path=x"),
                        Map.entry(
                                "val_size without dataset",
                                "model_name_or_path=x val_size=0.1 do_train=false do_predict=true"
                                        + " predict_with_generate=true"),
                        Map.entry("val_size with eval_dataset", BASE + "val_size=0.1 eval_dataset=e"),
                        Map.entry("val_size 1.0, or a broken number above 1", BASE + "val_size=1.0"),
                        Map.entry("evaluating without rows to evaluate on", BASE + "eval_strategy=epoch"),
                        Map.entry("interleave_probs with mix_strategy: concat", BASE + "interleave_probs=1.0"),
                        Map.entry(
                                "interleave_probs of another length than dataset",
                                BASE + "interleave_probs=0.5,0.5 mix_strategy=interleave_under"),
                        Map.entry(
                                "interleave_probs of another length than eval_dataset",
                                BASE + "interleave_probs=1.0 mix_strategy=interleave_under eval_dataset=a,b"),
                        Map.entry(
                                "interleave_probs that do not add up to 1",
                                BASE + "interleave_probs=x mix_strategy=interleave_under"),
                        Map.entry(
                                "streaming with a share as val_size",
                                BASE + "streaming=true val_size=0.1 max_steps=1 eval_strategy=epoch"),
                        Map.entry("streaming with max_samples", BASE + "streaming=true max_samples=5 max_steps=1"),
                        Map.entry("streaming without max_steps", BASE + "streaming=true"),
                        Map.entry("mask_history with train_on_prompt", BASE + "mask_history=true train_on_prompt=true"),
                        Map.entry("train_on_prompt outside stage sft", BASE + "stage=pt train_on_prompt=true"),
                        Map.entry("mask_history outside stage sft", BASE + "stage=pt mask_history=true"),
                        Map.entry("neat_packing outside stage sft", BASE + "stage=pt neat_packing=true"),
                        Map.entry(
                                "streaming with tokenized_path", BASE + "streaming=true max_steps=1 tokenized_path=x"),
                        Map.entry("use_rslora without LoRA", BASE + "use_rslora=true finetuning_type=full"),
                        Map.entry("use_dora without LoRA", BASE + "use_dora=true finetuning_type=full"),
                        Map.entry("pissa_init without LoRA", BASE + "pissa_init=true finetuning_type=full"),
                        Map.entry("loraplus_lr_ratio without LoRA", BASE + "loraplus_lr_ratio=4 finetuning_type=full"),
                        Map.entry("lora_target with all and names", BASE + "lora_target=all,q_proj"),
                        Map.entry("no lora_target", BASE + "lora_target=,"),
                        Map.entry("freezing every layer", BASE + "finetuning_type=freeze freeze_trainable_layers=0"),
                        Map.entry("use_llama_pro with full", BASE + "finetuning_type=full use_llama_pro=true"),
                        Map.entry("LoRA with GaLore, APOLLO or BAdam", BASE + "use_apollo=true"),
                        Map.entry(
                                "several of GaLore, APOLLO and BAdam",
                                BASE + "finetuning_type=full use_apollo=true use_badam=true"),
                        Map.entry(
                                "layer-wise GaLore with accumulation",
                                BASE + "finetuning_type=full use_galore=true galore_layerwise=true"
                                        + " gradient_accumulation_steps=2"),
                        Map.entry(
                                "APOLLO with another optimizer than AdamW",
                                BASE + "finetuning_type=full use_apollo=true optim=adafactor"),
                        Map.entry(
                                "DeepSpeed with GaLore or APOLLO",
                                BASE + "finetuning_type=full use_apollo=true deepspeed=ds.json"),
                        Map.entry(
                                "quantised weights with freeze or full",
                                BASE + "finetuning_type=full quantization_bit=4"),
                        Map.entry("PiSSA on quantised weights", BASE + "pissa_init=true quantization_bit=4"),
                        Map.entry(
                                "a new adapter on an old one on quantised weights",
                                BASE + "create_new_adapter=true adapter_name_or_path=a quantization_bit=4"),
                        Map.entry("a device map in training", BASE + "quantization_device_map=auto"),
                        Map.entry("fp8 on quantised weights", BASE + "fp8=true quantization_bit=4"),
                        Map.entry("vLLM or SGLang in training", BASE + "infer_backend=vllm"),
                        Map.entry(
                                "ref_model_quantization_bit other than 4 or 8", BASE + "ref_model_quantization_bit=5"),
                        Map.entry(
                                "reward_model_quantization_bit other than 4 or 8",
                                BASE + "reward_model_quantization_bit=5"),
                        Map.entry("stage ppo without a reward model", BASE + "stage=ppo"),
                        Map.entry(
                                "stage ppo with a reward adapter but no LoRA",
                                BASE + "stage=ppo reward_model=r finetuning_type=full"),
                        Map.entry(
                                "stage ppo without training",
                                BASE + "stage=ppo reward_model=r do_train=false do_predict=true eval_dataset=e"),
                        Map.entry(
                                "label smoothing with another loss than sigmoid",
                                BASE + "stage=dpo dpo_label_smoothing=0.1 pref_loss=ipo"),
                        Map.entry("PiSSA where the start is also the reference", BASE + "stage=kto pissa_init=true"),
                        Map.entry(
                                "the best checkpoint in stages rm and ppo",
                                BASE + "stage=rm load_best_model_at_end=true eval_strategy=steps val_size=0.1"),
                        Map.entry(
                                "predict_with_generate outside stage sft",
                                BASE + "stage=pt predict_with_generate=true val_size=0.1"),
                        Map.entry("do_predict without predict_with_generate", BASE + "do_predict=true val_size=0.1"),
                        Map.entry(
                                "predict_with_generate with compute_accuracy",
                                BASE + "predict_with_generate=true compute_accuracy=true val_size=0.1"),
                        Map.entry("bf16 with fp16", BASE + "bf16=true fp16=true"),
                        Map.entry("pure_bf16 with fp16", BASE + "pure_bf16=true fp16=true"),
                        Map.entry("nothing to do", BASE + "do_train=false"),
                        Map.entry("evaluation without training", BASE + "do_eval=true val_size=0.1"),
                        Map.entry("logging every 0 steps", BASE + "logging_steps=0"),
                        Map.entry("saving every 0 steps", BASE + "save_steps=0"),
                        Map.entry(
                                "evaluating every 0 steps",
                                BASE + "eval_strategy=steps logging_strategy=no logging_steps=0 val_size=0.1"),
                        Map.entry("the best checkpoint without evaluation", BASE + "load_best_model_at_end=true"),
                        Map.entry(
                                "the best checkpoint, saved at other times than evaluated",
                                BASE + "load_best_model_at_end=true eval_strategy=epoch val_size=0.1"),
                        Map.entry(
                                "the best checkpoint, saved between evaluations",
                                BASE + "load_best_model_at_end=true eval_strategy=steps eval_steps=20 save_steps=50"
                                        + " val_size=0.1"),
                        Map.entry(
                                "a schedule with a lowest rate, without saying which",
                                BASE + "lr_scheduler_type=cosine_with_min_lr"))
                .entrySet()
                .stream()
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String when, String arguments) {
        Rule rule = named(when);
        Command command = rule.commands().contains(Command.TRAIN)
                ? Command.TRAIN
                : rule.commands().iterator().next();
        List<String> lines = Written.named(
                        folder.resolve(when.replaceAll("[^a-z]", "_") + ".yaml"),
                        "{" + arguments.replaceAll("=([^ ]+) *", ": '$1', ") + "}\n")
                .refused(command);
        assertThat(lines).anySatisfy(line -> assertThat(line).endsWith("  " + rule.message()));
        // What Lathe cannot do yet may be said too, and nothing else.
        assertThat(lines.subList(1, lines.size()))
                .allSatisfy(line -> assertThat(line.contains("Lathe cannot do") || line.endsWith("  " + rule.message()))
                        .as(line)
                        .isTrue());
    }

    @Test
    void everyRuleThatRefusesIsTried() {
        assertThat(Rules.all())
                .filteredOn(rule -> rule.effect() == Rule.Effect.REFUSED)
                .extracting(Rule::when)
                .containsExactlyInAnyOrderElementsOf(
                        refused().map(arguments -> (String) arguments.get()[0]).toList());
    }

    static Stream<Arguments> noticed() {
        List<Arguments> cases = new ArrayList<>();
        cases.add(Arguments.of("lora_rank", BASE + "finetuning_type=full lora_rank=8"));
        cases.add(Arguments.of("freeze_extra_modules", BASE + "freeze_extra_modules=norm"));
        cases.add(Arguments.of("save_steps", BASE + "save_strategy=epoch save_steps=8"));
        cases.add(Arguments.of("eval_steps", BASE + "eval_steps=8"));
        cases.add(Arguments.of("logging_steps", BASE + "logging_strategy=epoch logging_steps=8"));
        cases.add(Arguments.of("greater_is_better", BASE + "greater_is_better=false"));
        cases.add(Arguments.of("quantization_type", BASE + "quantization_type=fp4"));
        cases.add(Arguments.of("double_quantization", BASE + "quantization_bit=8 double_quantization=false"));
        cases.add(Arguments.of("quantization_method", BASE + "quantization_method=hqq"));
        cases.add(Arguments.of("num_train_epochs", BASE + "num_train_epochs=1 max_steps=5"));
        cases.add(Arguments.of("warmup_ratio", BASE + "warmup_ratio=0.1 warmup_steps=5"));
        cases.add(Arguments.of(
                "gradient_checkpointing", BASE + "gradient_checkpointing=true disable_gradient_checkpointing=true"));
        cases.add(Arguments.of("packing", BASE + "packing=false neat_packing=true"));
        cases.add(Arguments.of("fp16", BASE + "fp16=true"));
        cases.add(Arguments.of("init_special_tokens", BASE + "init_special_tokens=desc_init"));
        cases.add(Arguments.of(
                "add_special_tokens", BASE + "add_special_tokens=a new_special_tokens_config=tokens.yaml"));
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void noticed(String key, String arguments) {
        Configuration read = Configuration.read(Command.TRAIN, List.of(arguments.split(" ")), Map.of());
        assertThat(read.notices()).extracting(Notice::key).containsExactly(key);
    }

    @Test
    void rulesNameKeysThatExist() {
        KeyTable table = KeyTable.load();
        assertThat(Rules.all()).flatExtracting(Rule::keys).allSatisfy(key -> assertThat(table.find(key))
                .isPresent());
        assertThat(Rules.all()).extracting(Rule::when).doesNotHaveDuplicates();
    }

    private static Rule named(String when) {
        return Rules.all().stream()
                .filter(rule -> rule.when().equals(when))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no rule: " + when));
    }
}
