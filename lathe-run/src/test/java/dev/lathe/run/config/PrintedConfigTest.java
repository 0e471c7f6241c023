package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrintedConfigTest {
    private final Path folder;

    PrintedConfigTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void showsWhatWasSetFirstAndWhereEverythingCameFrom() {
        Configuration read = Written.yaml(
                        folder,
                        "model:\n  name_or_path: x\n  lora_config: {rank: 4}\ndataset: identity\nddp_timeout: 9\n"
                                + "temperature: 1.5\n")
                .read(Command.TRAIN, "learning_rate=3e-4", "--print-config");
        assertThat(read.printWanted()).isTrue();
        List<String> lines = read.printed()
                .replace(folder + "/", "")
                .lines()
                .map(line -> line.replaceAll(" {2,}", "  "))
                .toList();
        assertThat(lines)
                .startsWith(
                        "Set:",
                        "  model_name_or_path  x  my.yaml:2 (model.name_or_path)",
                        "  dataset  identity  my.yaml:4",
                        "  learning_rate  3.0e-4  command line",
                        "  ddp_timeout  9  my.yaml:5, no effect",
                        "  lora_rank  4  my.yaml:3 (model.lora_config.rank)",
                        "  temperature  1.5  my.yaml:6, not used by train",
                        "Not set:")
                .contains(
                        "  lora_alpha  8  from lora_rank",
                        "  weight_decay  0.0  default",
                        "  packing  false  from stage")
                .noneMatch(line -> line.contains("deepspeed"));
    }

    @Test
    void whatIsShownIsWhatIsKept() {
        Configuration read = Written.yaml(folder, Written.RUNS).read(Command.TRAIN);
        assertThat(read.effective())
                .containsEntry("lora_alpha", "16")
                .containsEntry("output_dir", "saves/x")
                .allSatisfy(
                        (key, value) -> assertThat(read.printed()).contains(key).contains(value));
    }
}
