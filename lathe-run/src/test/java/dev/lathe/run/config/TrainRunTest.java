package dev.lathe.run.config;

import static dev.lathe.run.config.Written.RUNS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.data.HoldOut;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainRunTest {
    private static final TemplateConfig LLAMA3 =
            new TemplateConfig(Optional.of("llama3"), Optional.empty(), Optional.empty(), Optional.of(true), false);

    private final Path folder;

    TrainRunTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void aFileInTheUsualLayoutMeansWhatItSays() {
        TrainRun run = yaml("""
            ### model
            model_name_or_path: meta-llama/Meta-Llama-3-8B-Instruct
            trust_remote_code: true

            ### method
            stage: sft
            do_train: true
            finetuning_type: lora
            lora_rank: 8
            lora_target: all

            ### dataset
            dataset: identity,alpaca_en_demo
            template: llama3
            cutoff_len: 2048
            max_samples: 1000
            preprocessing_num_workers: 16
            dataloader_num_workers: 4

            ### output
            output_dir: saves/llama3-8b/lora/sft
            logging_steps: 10
            save_steps: 500
            plot_loss: true
            overwrite_output_dir: true
            save_only_model: false
            report_to: none  # choices: [none, wandb, tensorboard, swanlab, mlflow]

            ### train
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 8
            learning_rate: 1.0e-4
            num_train_epochs: 3.0
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            bf16: true
            ddp_timeout: 180000000
            resume_from_checkpoint: null

            ### eval
            val_size: 0.1
            per_device_eval_batch_size: 1
            eval_strategy: steps
            eval_steps: 500
            """).train();
        assertThat(run)
                .isEqualTo(new TrainRun(
                        Stage.SUPERVISED,
                        new ModelConfig(
                                "meta-llama/Meta-Llama-3-8B-Instruct",
                                List.of(),
                                "main",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                GgufWeights.AUTO,
                                false,
                                false,
                                false,
                                new VocabularyConfig(
                                        false, List.of(), List.of(), Optional.empty(), TokenStart.NOISY_MEAN, LLAMA3),
                                Optional.empty()),
                        new LoraConfig(8, 16, 0, new ModuleNames.All(), List.of(), false),
                        new DataConfig(
                                LLAMA3,
                                List.of("identity", "alpaca_en_demo"),
                                List.of(),
                                Path.of("data"),
                                2048,
                                false,
                                false,
                                false,
                                Optional.empty(),
                                false,
                                OptionalInt.of(1000),
                                new HoldOut.Fraction(0.1),
                                new DataConfig.Mixture("concat", List.of()),
                                false,
                                new DataConfig.Preprocessing(1000, 16, false, Optional.empty()),
                                Optional.empty(),
                                true),
                        new TrainingConfig(
                                1,
                                8,
                                new RunLength.Epochs(3),
                                Precision.BF16,
                                42,
                                42,
                                true,
                                OptionalDouble.empty(),
                                StreamedWeights.AUTO,
                                OptionalDouble.empty()),
                        new OptimizerConfig(1e-4, 0, 0.9, 0.999, 1e-8, 1),
                        new ScheduleConfig(ScheduleType.COSINE, Map.of(), Map.of(), new StepCount.Share(0.1)),
                        new EvaluationConfig(
                                new When.EachSteps(new StepCount.Steps(500)), true, 1, false, 0, Optional.empty()),
                        new CheckpointConfig(
                                Path.of("saves/llama3-8b/lora/sft"),
                                new When.EachSteps(new StepCount.Steps(500)),
                                OptionalInt.empty(),
                                new CheckpointConfig.Resume.Anew()),
                        new LoggingConfig(
                                new When.EachSteps(new StepCount.Steps(10)),
                                false,
                                false,
                                Optional.empty(),
                                false,
                                true,
                                true)));
    }

    @Test
    void fullAndFreezeAndPretraining() {
        assertThat(yaml(RUNS + "finetuning_type: full\npure_bf16: true\n").train())
                .satisfies(run -> assertThat(run.finetune()).isEqualTo(new FullConfig()))
                .satisfies(run -> assertThat(run.training().precision()).isEqualTo(Precision.PURE_BF16));
        assertThat(yaml(RUNS
                                + "finetuning_type: freeze\n"
                                + "freeze_trainable_layers: -1\n"
                                + "freeze_trainable_modules: mlp\n"
                                + "freeze_extra_modules: norm\n")
                        .train()
                        .finetune())
                .isEqualTo(new FreezeConfig(-1, new ModuleNames.Named(List.of("mlp")), List.of("norm")));
        assertThat(yaml(RUNS + "stage: pt\ntrain_from_scratch: true\nfinetuning_type: full\n")
                        .train())
                .satisfies(run -> assertThat(run.stage()).isEqualTo(Stage.PRETRAIN))
                .satisfies(run -> assertThat(run.model().fromScratch()).isTrue());
    }

    @ParameterizedTest
    @CsvSource({
        "stage: sft, false, unset",
        "stage: pt, true, unset",
        "'stage: pt\npacking: true', true, true",
        "'stage: pt\npacking: false', false, false",
        "packing: null, false, unset",
        "packing: true, true, true",
        "neat_packing: true, true, true",
        "'neat_packing: true\npacking: false', true, true",
    })
    void packingIsTheStagesUnlessAskedFor(String lines, boolean packing, String asked) {
        DataConfig data = yaml(RUNS + lines + "\n").train().data();
        assertThat(data.packing()).isEqualTo(packing);
        assertThat(data.packingAsked().map(Object::toString).orElse("unset")).isEqualTo(asked);
        assertThat(data.cutoffLen()).isEqualTo(2048);
    }

    @ParameterizedTest
    @CsvSource({
        "warmup_steps: 20, 20",
        "warmup_steps: 0.1, 24",
        "warmup_ratio: 0.1, 24",
        "warmup_ratio: 1, 235",
        "'warmup_steps: 5\nwarmup_ratio: 0.1', 5",
        "warmup_steps: 1, 1",
        "seed: 1, 0",
    })
    void warmUpIsACountOrAShareRoundedUp(String lines, int steps) {
        assertThat(yaml(RUNS + lines + "\n").train().schedule().warmup().of(235))
                .isEqualTo(steps);
    }

    @ParameterizedTest
    @CsvSource({
        "seed: 1, true",
        "gradient_checkpointing: true, true",
        "gradient_checkpointing: false, false",
        "disable_gradient_checkpointing: true, false",
        "'gradient_checkpointing: true\ndisable_gradient_checkpointing: true', false",
    })
    void activationsAreComputedAgainUnlessToldOtherwise(String lines, boolean recompute) {
        assertThat(yaml(RUNS + lines + "\n").train().training().recompute()).isEqualTo(recompute);
    }

    @ParameterizedTest
    @CsvSource({"seed: 1, -1", "gradient_checkpointing: true, 0", "memory_budget: 2.5, 2.5"})
    void activationsAreKeptAsMemoryAllowsUnlessToldOtherwise(String lines, double gigabytes) {
        assertThat(yaml(RUNS + lines + "\n").train().training().memoryBudget().orElse(-1))
                .isEqualTo(gigabytes);
    }

    @ParameterizedTest
    @CsvSource({
        "1, Count[count=1]",
        "200, Count[count=200]",
        "0.25, Fraction[fraction=0.25]",
        "0, Nothing[]",
        "2.0, Count[count=2]",
    })
    void rowsAreHeldBackByCountOrShare(String size, String heldOut) {
        assertThat(yaml(RUNS + "val_size: " + size + "\n").train().data().holdOut())
                .hasToString(heldOut);
    }

    @ParameterizedTest
    @CsvSource({
        "logging_steps: 3, NewestIfAny[]",
        "overwrite_output_dir: true, Anew[]",
        "resume_from_checkpoint: true, Newest[]",
        "resume_from_checkpoint: false, Anew[]",
        "resume_from_checkpoint: a/checkpoint-3, From[checkpoint=a/checkpoint-3]",
    })
    void resuming(String line, String resume) {
        assertThat(yaml(RUNS + line + "\n").train().checkpoints().resume()).hasToString(resume);
    }

    @Test
    void whatFollowsFromOtherKeys() {
        TrainRun run = yaml("model_name_or_path: x\ndataset: identity\nlora_rank: 3\nseed: 9\nlogging_steps: 7\n"
                        + "eval_strategy: steps\nval_size: 5\nload_best_model_at_end: true\nsave_steps: 14\n"
                        + "save_total_limit: 2\n")
                .train();
        assertThat(run.finetune()).isInstanceOfSatisfying(LoraConfig.class, lora -> assertThat(lora.alpha())
                .isEqualTo(6));
        assertThat(run.training().dataSeed()).isEqualTo(9);
        assertThat(run.evaluation())
                .isEqualTo(new EvaluationConfig(
                        new When.EachSteps(new StepCount.Steps(7)),
                        true,
                        8,
                        false,
                        0,
                        Optional.of(new EvaluationConfig.BestModel("eval_loss", false))));
        assertThat(run.checkpoints().outputDir()).isEqualTo(Path.of("trainer_output"));
        assertThat(run.checkpoints().limit()).hasValue(2);
        assertThat(run.logging().tensorBoard()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deepspeed: examples/deepspeed/ds_z3_config.json",
                "stage: dpo\npref_beta: 0.1\npref_loss: sigmoid",
                "finetuning_type: oft",
                "use_badam: true\nfinetuning_type: full",
                "optim: paged_adamw_8bit",
            })
    void whatLatheCannotDoYetStopsTheRun(String lines) {
        assertThat(yaml(RUNS + lines + "\n").refused(Command.TRAIN))
                .anySatisfy(line -> assertThat(line).contains("Lathe cannot do"));
    }

    private Written yaml(String text) {
        return Written.yaml(folder, text);
    }
}
