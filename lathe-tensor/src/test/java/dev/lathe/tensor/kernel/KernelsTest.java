package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelsTest {
    /** Run in a JVM of its own. */
    public static final class Choice {
        private Choice() {}

        public static void main(String[] args) {
            try (Workers workers = new Workers(1)) {
                System.out.print(Kernels.forHost(workers).name());
            }
        }
    }

    @Test
    void withoutTheModuleScalarsRun() throws IOException, InterruptedException {
        assertThat(chosen(List.of())).isEqualTo("scalar");
    }

    @Test
    void withTheModuleTheHostDecides() throws IOException, InterruptedException {
        String expected = VectorKernels.arePaying() ? "vector-" + Lanes.F.vectorBitSize() : "scalar";
        assertThat(chosen(List.of("--add-modules", "jdk.incubator.vector"))).isEqualTo(expected);
    }

    private static String chosen(List<String> options) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Choice.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // the notice that the module incubates
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
