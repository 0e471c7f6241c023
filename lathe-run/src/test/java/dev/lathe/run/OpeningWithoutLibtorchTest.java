package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.run.config.TrainRun;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training opens its base model while another thread loads libtorch, so opening must not use it. Opens models in a JVM
 * that has no libtorch at all.
 */
class OpeningWithoutLibtorchTest {
    private static final String OPENED = "opened ";
    private static final String NONE = "no libtorch";

    @Test
    void randomFreshAndStoredWeights(@TempDir Path temp) throws Exception {
        Path tied = TinyModel.write(temp.resolve("tiny"), 1, 1).model();
        assertOpens(
                temp,
                "lathe:random-dense", // whose head is its embedding
                "lathe:random-experts",
                "lathe:random-7b",
                "lathe:seedling",
                "lathe:seedling train_from_scratch=true",
                tied.toString(),
                tied + " train_from_scratch=true");
    }

    @Test
    void ggufFiles(@TempDir Path temp) throws Exception {
        assertOpens(
                temp,
                Reference.file("reference/goldens/quant/gguf/rand64-Q4_1.gguf").toString());
    }

    /** @param models names with what else is to be set */
    private static void assertOpens(Path temp, String... models) throws IOException, InterruptedException {
        String others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("bytedeco"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                others,
                Main.class.getName(),
                temp.toString()));
        command.addAll(List.of(models));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> expected =
                new ArrayList<>(Stream.of(models).map(OPENED::concat).toList());
        expected.add(NONE);
        assertThat(said.lines().filter(line -> line.startsWith(OPENED) || line.equals(NONE)))
                .as(said)
                .containsExactlyElementsOf(expected);
        assertThat(child.waitFor()).isZero();
    }

    /** Opens models as a training does, up to where it would make tensors. */
    static final class Main {
        private Main() {}

        private static final class Enough extends RuntimeException {
            private static final long serialVersionUID = 1;
        }

        public static void main(String[] arguments) {
            Path temp = Path.of(arguments[0]);
            Host host = new Bench(temp).host();
            for (String model : List.of(arguments).subList(1, arguments.length)) {
                TrainRun run = run(temp, model);
                try {
                    new StartingModel(host, run).open(Continuation.of(run.checkpoints(), host.files()), () -> {
                        throw new Enough();
                    });
                } catch (Enough e) {
                    System.out.println(OPENED + model);
                }
            }
            ModelSource source = new ModelSource(host, run(temp, arguments[1]).model());
            try (LoadedModel model = source.open(1)) {
                ModelShape.of(model.spec());
            } catch (LinkageError e) { // or this test would prove nothing
                System.out.println(NONE);
            }
        }

        private static TrainRun run(Path temp, String model) {
            List<String> settings = new ArrayList<>(List.of(("model_name_or_path=" + model).split(" ")));
            settings.addAll(List.of("output_dir=" + temp.resolve("out"), "dataset=none", "template=default"));
            return TrainRun.of(Bench.configuration(settings));
        }
    }
}
