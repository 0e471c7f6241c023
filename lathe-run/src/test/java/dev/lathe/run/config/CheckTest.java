package dev.lathe.run.config;

import static dev.lathe.run.config.Written.RUNS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {
    private final Path folder;

    CheckTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void everythingWrongIsSaidAtOnceInTheOrderOfTheFile() {
        String text = """
                cutoff_len: 0
                stage: stf
                finetuning_typ: lora
                model_name_or_path: lathe:seedling
                dataset: identity
                lora_rank: eight
                lora_dropout: 1.0
                bf16: maybe
                quantization_bit: 5
                deepspeed: ds_z3.json
                optim: sgd
                learning_rate:
                """;
        assertThat(Written.named(folder.resolve("bad.yaml"), text).refused(Command.TRAIN))
                .containsExactly(
                        "bad.yaml cannot run:",
                        "  line  1  cutoff_len: 0          must be at least 1",
                        "  line  2  stage: stf             no such choice; did you mean sft?",
                        "  line  3  finetuning_typ: lora   no such key; did you mean finetuning_type?",
                        "  line  6  lora_rank: eight       must be a whole number",
                        "  line  7  lora_dropout: 1.0      must be below 1",
                        "  line  8  bf16: maybe            must be true or false",
                        "  line  9  quantization_bit: 5    bitsandbytes stores 4 or 8 bits; other numbers need"
                                + " quantization_method: hqq",
                        "  line 10  deepspeed: ds_z3.json  Lathe cannot do this yet; leave it out: one process, and the"
                                + " layer loop already keeps memory small",
                        "  line 11  optim: sgd             Lathe cannot do sgd yet; use adamw_torch",
                        "  line 12  learning_rate:         must be a number; leave the line out for the default");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "evaluation_strategy: steps; did you mean eval_strategy?",
                "lr: 1e-4; did you mean learning_rate?",
                "model: x; did you mean model_name_or_path?",
                "preproccessing_num_workers: 4; did you mean preprocessing_num_workers?",
                "compute_dtype: bf16; no such key",
                "tool_format: qwen35; did you mean qwen3_5?",
                "batch_size: 4; to train write per_device_train_batch_size",
                "tensor_model_parallel_size: 2; Lathe cannot do this yet",
            })
    void keysOfOtherPlacesAreExplained(String line, String message) {
        assertThat(yaml(RUNS + line + "\n").refused(Command.TRAIN).getLast()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_rank: \"8\"",
                "lora_rank: 8.0",
                "learning_rate: \"1e-4\"",
                "learning_rate: 1",
                "bf16: \"true\"",
                "bf16: 1",
                "eval_strategy: no",
                "eval_strategy: \"no\"",
                "dataset_dir: 2024",
                "max_samples: null",
                "lora_target: [q_proj, v_proj]",
                "report_to: [tensorboard]",
                "report_to: none",
                "resume_from_checkpoint: true",
                "resume_from_checkpoint: null",
                "deepspeed: null",
                "deepspeed: \"\"",
                "neftune_noise_alpha: 0",
                "use_dora: false",
                "num_beams: 1",
                "rope_scaling: null",
                "ignore_pad_token_for_loss: true",
                "lr_scheduler_kwargs: '{}'",
                "warmup_steps: 0.1",
                "fsdp: ''",
            })
    void whatCanMeanOneThingOnlyIsTaken(String line) {
        assertThat(yaml(RUNS + line + "\n").train()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_rank: 8.5",
                "lora_rank: true",
                "lora_rank: None",
                "lora_rank: [8]",
                "lora_rank: 99999999999",
                "learning_rate: .nan",
                "learning_rate: -1",
                "bf16: 2",
                "bf16: [true]",
                "eval_dataset: {a: b}",
                "template: [x]",
                "max_samples: 0",
                "seed: -1",
                "val_size: -0.1",
                "adam_beta1: 1",
                "gradient_accumulation_steps: 0",
                "max_steps: -2",
                "logging_steps: 2.5",
                "save_steps: -1",
                "warmup_ratio: 1.5",
                "num_train_epochs: 0",
                "lora_alpha: 0",
                "mix_strategy: conact",
                "lr_scheduler_kwargs: 5",
                "lr_scheduler_kwargs: {power: 2}",
                "report_to: wandb",
                "report_to: tensorbord",
                "ignore_pad_token_for_loss: false",
                "use_dora: true",
                "pref_loss: nonsense",
            })
    void whatDoesNotFitStopsTheRun(String line) {
        assertThat(yaml(RUNS + line + "\n").refused(Command.TRAIN))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("  line 4  ");
    }

    @Test
    void whatHasNoEffectIsSaidWithItsReason() {
        Configuration read = yaml(RUNS
                        + "ddp_timeout: 180000000\ntrust_remote_code: true\ntemperature: 0.5\nfp16: true\n")
                .read(Command.TRAIN);
        assertThat(read.notices())
                .extracting(Notice::toString)
                .containsExactly(
                        "ddp_timeout: no effect here: Lathe runs in one process",
                        "trust_remote_code: no effect here: Lathe never runs code that comes with a model",
                        "fp16: a CPU has no fast fp16; this run computes in bf16",
                        "temperature: not used by `lathe train`");
    }

    @Test
    void extraKeysPassWhenTheEnvironmentSaysSo() {
        Written written = yaml(RUNS + "my_note: hello\n");
        assertThat(written.read(Command.TRAIN, Map.of("ALLOW_EXTRA_ARGS", "1")).notices())
                .extracting(Notice::key)
                .containsExactly("my_note");
        assertThat(written.refused(Command.TRAIN)).hasSize(2);
    }

    @Test
    void tokensAreNeverShown() {
        Configuration read = yaml(RUNS + "hf_hub_token: hf_abc\n").read(Command.TRAIN);
        assertThat(read.printed()).doesNotContain("hf_abc").contains("***");
        assertThat(TrainRun.of(read).toString()).doesNotContain("hf_abc");
        assertThat(read.effective().toString()).doesNotContain("hf_abc");
        assertThat(yaml(RUNS + "hub_token: [hf_abc]\n").refused(Command.TRAIN).toString())
                .doesNotContain("hf_abc");
        assertThat(yaml(RUNS + "hf_hub_token: ${hf_abc}\n").refused(Command.TRAIN))
                .hasSize(2);
    }

    @Test
    void everyKeyCanBeSetToItsDefault() {
        for (Key key : KeyTable.load().all()) {
            if (key.status() == Key.Status.NEVER_YET
                    || key.standard() instanceof Value.Nothing
                    || key.name().equals("do_train")) {
                continue;
            }
            List<String> arguments = List.of(key.name() + "=" + quoted(key.standard()));
            assertThat(yaml("model_name_or_path: x\ndataset: identity\ndo_train: true\n")
                            .read(Command.TRAIN, arguments.toArray(String[]::new)))
                    .as(key.name())
                    .isNotNull();
        }
    }

    private static String quoted(Value value) {
        return switch (value) {
            case Value.Text(String text) -> "\"" + text + "\"";
            case Value.Items items -> "[" + items.shown() + "]";
            default -> value.shown();
        };
    }

    private Written yaml(String text) {
        return Written.yaml(folder, text);
    }
}
