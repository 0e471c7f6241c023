package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that use a model: chat, score, export. */
class ChatRunTest {
    private final Path folder;

    ChatRunTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void aFileForChatting() {
        ChatRun run = yaml("""
                        model_name_or_path: x
                        adapter_name_or_path: a, b
                        template: qwen
                        infer_backend: huggingface
                        infer_dtype: float32
                        default_system: Be brief.
                        temperature: 0
                        """).chat();
        assertThat(run.model().adapters()).containsExactly("a", "b");
        assertThat(run.trained()).isEmpty();
        assertThat(run.template().name()).contains("qwen");
        assertThat(run.template().defaultSystem()).contains("Be brief.");
        assertThat(run.format()).isEqualTo(NumberFormat.FLOAT32);
        assertThat(run.generation())
                .isEqualTo(new GenerationConfig(false, 0, 0.7, 50, OptionalInt.of(1024), OptionalInt.empty(), 1, true));
    }

    @Test
    void theFileThatTrainedChatsWithWhatItTrained() {
        Written written = yaml("""
                model_name_or_path: lathe:seedling
                dataset: identity
                output_dir: saves/x
                learning_rate: much
                deepspeed: ds.json
                neftune_noise_alpha: 5
                stage: dpo
                lora_rank: 8
                trust_remote_code: true
                """);
        ChatRun run = written.chat();
        assertThat(run.trained())
                .contains(new TrainedOutput(
                        Path.of("saves/x"), new Origin.Line(written.file().toString(), 3, 1, "")));
        assertThat(written.read(Command.CHAT).notices())
                .extracting(Notice::toString)
                .containsExactly(
                        "trust_remote_code: no effect here: Lathe never runs code that comes with a model",
                        "dataset, output_dir, learning_rate, deepspeed, neftune_noise_alpha, stage and 1 more: not used by"
                                + " `lathe chat`");
    }

    @Test
    void aGroupedTrainingFileLeavesItsResultWhereTrainingPutsIt() {
        Written written = yaml("model: {name_or_path: x}\ndata: {dataset: identity}\n");
        assertThat(written.chat().trained().map(TrainedOutput::folder))
                .contains(written.train().checkpoints().outputDir());
    }

    @Test
    void misspeltKeysStopChattingToo() {
        assertThat(yaml("model_name_or_path: x\ntemprature: 0\n").refused(Command.CHAT))
                .containsExactly(
                        "my.yaml cannot be used to chat:",
                        "  line 2  temprature: 0  no such key; did you mean temperature?");
    }

    @Test
    void maxLengthHoldsWhenNewTokensAreNotBounded() {
        GenerationConfig generation = yaml("model_name_or_path: x\nmax_new_tokens: 0\nmax_length: 99\n")
                .chat()
                .generation();
        assertThat(generation.maxNewTokens()).isEmpty();
        assertThat(generation.maxLength()).hasValue(99);
    }

    @Test
    void aFileForExporting() {
        ExportRun run = ExportRun.of(yaml("""
                        model_name_or_path: x
                        adapter_name_or_path: saves/x
                        template: llama3
                        finetuning_type: lora
                        export_dir: out
                        export_size: 2
                        export_device: auto
                        export_legacy_format: false
                        """).read(Command.EXPORT));
        assertThat(run.export()).isEqualTo(new ExportConfig(Path.of("out"), 2_000_000_000L, false, MergeBase.ORIGINAL));
        assertThat(run.format()).isEqualTo(NumberFormat.AUTO);
        assertThat(run.template().name()).isEqualTo(Optional.of("llama3"));
    }

    @Test
    void exportRefusesAQuantisedBaseWithTheWayOut() {
        assertThat(yaml("model_name_or_path: x\nadapter_name_or_path: a\nexport_dir: out\nquantization_bit: 4\n")
                        .refused(Command.EXPORT))
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "an adapter cannot be merged into quantised weights without loss; leave the line out"));
    }

    @Test
    void scoringNeedsAModelOnly() {
        ScoreRun run = ScoreRun.of(Configuration.read(
                Command.SCORE, List.of("model_name_or_path=x", "--infer_dtype", "bfloat16"), java.util.Map.of()));
        assertThat(run.model().nameOrPath()).isEqualTo("x");
        assertThat(run.format()).isEqualTo(NumberFormat.BFLOAT16);
    }

    private Written yaml(String text) {
        return Written.yaml(folder, text);
    }
}
