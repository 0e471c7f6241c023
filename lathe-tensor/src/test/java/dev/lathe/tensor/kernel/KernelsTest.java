package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    /** Run in a JVM of its own: what the kernels compute, as one number, the same each of {@code args[0]} times. */
    public static final class Results {
        private Results() {}

        public static void main(String[] args) {
            long last = 0;
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                last = hash();
            }
            System.out.print(last);
        }

        private static long hash() {
            try (Workers workers = new Workers(1)) {
                Kernels kernels = Kernels.forHost(workers);
                Cases cases = new Cases(5, false);
                Matrix x = cases.random(Element.F32, 3, 100);
                Matrix y = cases.empty(Element.F32, 3, 100);
                Matrix dx = cases.empty(Element.F32, 3, 100);
                MemorySegment floats = cases.floats(3);
                kernels.rmsNorm().forward(x, cases.random(Element.F32, 1, 100), 1e-5f, y, floats);
                kernels.rmsNorm().backward(y, x, cases.random(Element.F32, 1, 100), floats, Optional.empty(), dx);
                kernels.softmax().forward(dx, new CausalRows(3, 90), 0.5f, y, floats);
                kernels.softmax().backward(dx, new CausalRows(3, 90), 0.5f, floats, x, y, x);
                return Arrays.hashCode(x.data().toArray(ValueLayout.JAVA_INT))
                        + Arrays.hashCode(y.data().toArray(ValueLayout.JAVA_INT))
                        + Double.hashCode(kernels.sum().squares(y.data()));
            }
        }
    }

    /** Or a run could not be repeated: nobody knows when C2 has compiled what. */
    @Test
    void interpretedAndCompiledAgreeToTheBit() throws IOException, InterruptedException {
        List<String> options = List.of("--add-modules", "jdk.incubator.vector");
        List<String> interpreted = new ArrayList<>(options);
        interpreted.add("-Xint");
        assertThat(output(interpreted, Results.class, "1")).isEqualTo(output(options, Results.class, "20000"));
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
        return output(options, Choice.class);
    }

    private static String output(List<String> options, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // the notice that the module incubates
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
