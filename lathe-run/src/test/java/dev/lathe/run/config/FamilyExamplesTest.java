package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of families are configurations that would run: every key known, nothing refused. */
class FamilyExamplesTest {
    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Reference.checkout().resolve("examples/families"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void canBeRead(Path example) {
        Configuration configuration = new Written(example).read(Command.TRAIN);
        TrainRun run = TrainRun.of(configuration);
        String family = String.valueOf(example.getFileName()).replace(".yaml", "");
        assertThat(run.model().nameOrPath()).contains("/");
        assertThat(run.checkpoints().outputDir()).hasToString("saves/" + family + "/lora/sft");
        assertThat(configuration.notices()).isEmpty();
    }
}
