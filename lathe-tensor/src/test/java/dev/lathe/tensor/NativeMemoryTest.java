package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    @Test
    void aTensorThatDoesNotFitIsAUsersError() {
        Torch.start(1);
        assertThatThrownBy(() -> NativeMemory.during(
                        "loading the model", "Choose a smaller one.", () -> Tensors.empty(DType.F32, 1L << 46)))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "Out of memory while loading the model: another 281474.98 GB is not there. Choose a smaller one.");
    }

    @Test
    void javaCppsLimitIsNamed() {
        assertThatThrownBy(() -> NativeMemory.during("training", "", () -> {
                    throw new OutOfMemoryError("Physical memory usage is too high: physicalBytes (9G) > ...");
                }))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("training needs more. Start Java with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    }

    @Test
    void otherErrorsStayWhatTheyAre() {
        RuntimeException defect = new IllegalStateException("something else");
        assertThatThrownBy(() -> NativeMemory.during("training", "", () -> {
                    throw defect;
                }))
                .isSameAs(defect);
        Error heap = new OutOfMemoryError("Java heap space");
        assertThatThrownBy(() -> NativeMemory.during("training", "", () -> {
                    throw heap;
                }))
                .isSameAs(heap);
    }

    /** In a JVM of its own, because the limit is read once. */
    @Test
    void whoStartsWithoutALimitGetsNone() throws Exception {
        Process child = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Limit.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).isZero();
        assertThat(said.strip()).isEqualTo("0");
    }

    static final class Limit {
        private Limit() {}

        public static void main(String[] arguments) {
            Torch.start(1);
            System.out.println(Pointer.maxPhysicalBytes());
        }
    }
}
