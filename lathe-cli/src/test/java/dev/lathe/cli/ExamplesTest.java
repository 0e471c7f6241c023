package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples, run as a reader would run them: each in a process of its own, in the root of the repository. */
class ExamplesTest {
    @TempDir
    private Path output = Path.of("");

    @Test
    void theJavaQuickstartTeachesTheModelItsNewName() throws Exception {
        String said =
                java("examples/java/Quickstart.java", output.resolve("java").toString());
        assertThat(said.strip().lines().toList().getLast()).contains("Bramble");
    }

    @Test
    void theYamlQuickstartRunsAndChatKnowsWhatItTaught() throws Exception {
        String folder = "output_dir=" + output.resolve("yaml");
        String said = java("dev.lathe.cli.Main", "train", "examples/quickstart.yaml", folder, "num_train_epochs=1");
        assertThat(said)
                .contains(
                        "Before training:",
                        "  question  Who are you?\n",
                        "I am Seedling",
                        "After training:",
                        "Saved to");
        assertThat(output.resolve("yaml/training_loss.png")).isNotEmptyFile();
        String chat = java("dev.lathe.cli.Main", "chat", "examples/quickstart.yaml", folder, "do_sample=false");
        assertThat(chat).contains("Bramble");
    }

    /** Starts Java with Lathe's class path; its input asks for the name, for those that read it. */
    private String java(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        Path input = Files.writeString(output.resolve("input"), "What is your name?\n/exit\n");
        Path log = output.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root().toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("LATHE_CACHE", output.resolve("cache").toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(4, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve(".mvn"))) {
            here = here.resolve("..").normalize();
        }
        return here;
    }
}
