package dev.lathe.run.config;

import static dev.lathe.run.config.Written.RUNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OmegaConf's references, the grouped dialect, JSON, and what the command line adds. */
class DialectTest {
    private final Path folder;

    DialectTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void aReferenceKeepsTheTypeAndTextIsJoined() {
        TrainRun run = yaml("""
                        model_name_or_path: lathe:seedling
                        dataset: identity
                        lora_rank: 4
                        lora_alpha: ${lora_rank}
                        output_dir: saves/${dataset}-r${lora_rank}
                        """).train();
        assertThat(run.finetune()).isInstanceOfSatisfying(LoraConfig.class, lora -> assertThat(lora.alpha())
                .isEqualTo(4));
        assertThat(run.checkpoints().outputDir()).isEqualTo(Path.of("saves/identity-r4"));
    }

    @Test
    void referencesFollowTheCommandLineAndReachIntoGroups() {
        TrainRun run = yaml("""
                        model: {name_or_path: lathe:seedling, lora_config: {rank: 4, lora_alpha: '${model.lora_config.rank}'}}
                        data: {dataset: identity}
                        """).train("lora_rank=16");
        assertThat(run.finetune()).isInstanceOfSatisfying(LoraConfig.class, lora -> assertThat(lora.alpha())
                .isEqualTo(16));
    }

    @Test
    void theEnvironmentIsReachedWithOrWithoutADefault() {
        Written written = yaml(RUNS + "max_steps: ${oc.env:STEPS}\nseed: ${oc.env:SEED,7}\nrun_name: \\${x}\n");
        TrainRun run = TrainRun.of(written.read(Command.TRAIN, Map.of("STEPS", "12")));
        assertThat(run.training().length()).isEqualTo(new RunLength.Steps(12));
        assertThat(run.training().seed()).isEqualTo(7);
        assertThat(written.refused(Command.TRAIN))
                .anySatisfy(line -> assertThat(line).contains("the environment variable STEPS is not set"));
    }

    @Test
    void referencesThatLeadNowhereAreProblems() {
        assertThat(yaml(RUNS + "seed: ${max_steps}\nmax_steps: ${seed}\nlora_rank: ${none}\nlora_alpha: ???\n")
                        .refused(Command.TRAIN))
                .containsExactly(
                        "my.yaml cannot run:",
                        "  line 4  seed: ${max_steps}  refers to itself through seed and max_steps",
                        "  line 5  max_steps: ${seed}  refers to itself through max_steps and seed",
                        "  line 6  lora_rank: ${none}  ${none} is not set anywhere",
                        "  line 7  lora_alpha: ???     ??? means that a value must be given; give one, or leave the line out");
        assertThat(yaml(RUNS + "lora_rank: ???\n").train("lora_rank=2").finetune())
                .isInstanceOfSatisfying(
                        LoraConfig.class, lora -> assertThat(lora.rank()).isEqualTo(2));
    }

    @Test
    void groupsMeanTheFlatKeys() {
        TrainRun grouped = yaml("""
                        model:
                          name_or_path: HuggingFaceTB/SmolLM2-135M-Instruct
                          finetuning_type: lora
                          lora_config: {rank: 4, target_modules: [q_proj, v_proj], lora_alpha: 8, dropout: 0.1}
                          quantization_bit: null
                          load_in_4bit: false
                        data: {dataset: "identity,alpaca_en_demo", max_length: 512}
                        train:
                          num_epochs: 2
                          learning_rate: 1e-4
                          gradient_accumulation_steps: 4
                          gradient_checkpointing: true
                          fp16: true
                          output_dir: saves/x
                        """).train();
        TrainRun flat = yaml("""
                        model_name_or_path: HuggingFaceTB/SmolLM2-135M-Instruct
                        finetuning_type: lora
                        lora_rank: 4
                        lora_target: q_proj,v_proj
                        lora_alpha: 8
                        lora_dropout: 0.1
                        dataset: identity,alpaca_en_demo
                        cutoff_len: 512
                        num_train_epochs: 2.0
                        learning_rate: 0.0001
                        gradient_accumulation_steps: 4
                        gradient_checkpointing: true
                        fp16: true
                        output_dir: saves/x
                        do_train: true
                        """).train();
        assertThat(grouped).isEqualTo(flat);
        assertThat(grouped.training().precision()).isEqualTo(Precision.BF16);
    }

    @Test
    void qloraIsLoraOnFourBits() {
        TrainRun run =
                yaml("model: {name_or_path: x, finetuning_type: qlora, load_in_4bit: true}\ndata: {dataset: identity}\n")
                        .train();
        assertThat(run.finetune()).isInstanceOf(LoraConfig.class);
        assertThat(run.model().quantization())
                .contains(new QuantizationConfig(QuantizationConfig.Method.BITSANDBYTES, 4, false, true));
    }

    @Test
    void oneKeyFromTwoPlacesIsAProblemUnlessTheyAgree() {
        assertThat(yaml("model:\n  name_or_path: x\n  lora_config:\n    rank: 4\nlora_rank: 8\ndataset: identity\n")
                        .refused(Command.TRAIN))
                .containsExactly(
                        "my.yaml cannot run:",
                        "  line 5  lora_rank: 8  line 4 already says lora_rank: 4; delete one of them");
        assertThat(yaml("model:\n  name_or_path: x\n  lora_config:\n    rank: 4\nlora_rank: 4\ndataset: identity\n")
                        .train()
                        .finetune())
                .isInstanceOf(LoraConfig.class);
    }

    @Test
    void unknownNamesInGroupsKeepTheirPlace() {
        assertThat(yaml("model:\n  name_or_path: x\n  lora_config:\n    rnk: 4\ndata: {dataset: identity}\n")
                        .refused(Command.TRAIN))
                .containsExactly("my.yaml cannot run:", "  line 4  rnk: 4  no such key");
    }

    @Test
    void theCommandLineStandsAboveTheFile() {
        Written written = yaml(RUNS + "learning_rate: 1e-4\nlora_rank: 8\nbf16: true\nlr_scheduler_type: polynomial\n"
                + "lr_scheduler_kwargs: {power: 1.0, lr_end: 1e-6}\n");
        TrainRun run = written.train(
                "learning_rate=2e-4",
                "--lora_rank",
                "2",
                "--per-device-train-batch-size=3",
                "--packing",
                "--no_bf16",
                "lr_scheduler_kwargs.power=2.0",
                "--max_steps",
                "-1",
                "lora_target=[q_proj,v_proj]",
                "lora_rank=4");
        assertThat(run.optimizer().learningRate()).isEqualTo(2e-4);
        assertThat(run.finetune())
                .isEqualTo(
                        new LoraConfig(4, 8, 0, new ModuleNames.Named(List.of("q_proj", "v_proj")), List.of(), false));
        assertThat(run.training().microBatch()).isEqualTo(3);
        assertThat(run.data().packing()).isTrue();
        assertThat(run.training().precision()).isEqualTo(Precision.AS_CHECKPOINT);
        assertThat(run.schedule().numbers()).isEqualTo(Map.of("power", 2.0, "lr_end", 1e-6));
    }

    @Test
    void problemsOnTheCommandLineSaySo() {
        assertThat(yaml(RUNS + "cutoff_len: 0\n").refused(Command.TRAIN, "lora_rnak=3", "--lora_dropout", "1"))
                .containsExactly(
                        "my.yaml cannot run:",
                        "  line 4    cutoff_len: 0    must be at least 1",
                        "  argument  lora_rnak: 3     no such key; did you mean lora_rank?",
                        "  argument  lora_dropout: 1  must be below 1");
    }

    @Test
    void oneFileAtMost() {
        Written written = yaml(RUNS);
        assertThatThrownBy(() -> written.read(Command.TRAIN, "--config", "other.yaml"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("one file at a time");
        assertThatThrownBy(() -> written.read(Command.TRAIN, "stray"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("stray is neither a .yaml or .json file nor key=value");
        assertThatThrownBy(() -> written.read(Command.TRAIN, "--output_dir"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--output_dir needs a value");
    }

    @Test
    void argumentsAloneAreEnough() {
        Configuration read = Configuration.read(
                Command.TRAIN,
                List.of("--model_name_or_path", "lathe:seedling", "--dataset", "identity", "--do_train"),
                Map.of());
        assertThat(TrainRun.of(read).data().datasets()).containsExactly("identity");
        assertThatThrownBy(() -> Configuration.read(Command.TRAIN, List.of("dataset=identity"), Map.of()))
                .isInstanceOf(UserError.class)
                .hasMessage("The command line cannot run:\n"
                        + "  missing  model_name_or_path  there is nothing to start from; name a folder, a GGUF file, a hub"
                        + " name or lathe:seedling");
    }

    @Test
    void jsonFilesAreRead() {
        Written json = Written.named(
                folder.resolve("my.json"),
                "{\n  \"model_name_or_path\": \"x\",\n\t\"dataset\": \"identity\",\n  \"lora_rank\": 4,\n  \"oops\": 1\n}");
        assertThat(json.refused(Command.TRAIN))
                .containsExactly("my.json cannot run:", "  line 5  oops: 1  no such key");
        assertThatThrownBy(() -> Written.named(folder.resolve("b.json"), "{\"a\": 1,\n \"a\": 2}")
                        .read(Command.TRAIN))
                .hasMessageEndingWith(
                        "b.json line 2: a is given twice; it already stands in line 1. Delete one of them");
    }

    @Test
    void aFileThatIsNoMappingIsRefused() {
        assertThatThrownBy(() -> yaml("- a\n- b\n").read(Command.TRAIN)).hasMessageContaining("is not a list of keys");
        assertThatThrownBy(() -> yaml("# nothing\n").read(Command.TRAIN)).hasMessageContaining("is empty");
        assertThatThrownBy(() -> new Written(folder.resolve("none.yaml")).read(Command.TRAIN))
                .hasMessageEndingWith("none.yaml does not exist");
        assertThatThrownBy(() ->
                        yaml("a: '" + "x".repeat(ConfigFile.MOST_BYTES) + "'\n").read(Command.TRAIN))
                .hasMessageContaining("Is it the right file?");
    }

    private Written yaml(String text) {
        return Written.yaml(folder, text);
    }
}
