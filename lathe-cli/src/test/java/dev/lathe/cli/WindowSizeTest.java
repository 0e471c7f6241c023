package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WindowSizeTest {
    @Test
    void whatIsNoTerminalHasNoWidth() {
        assertThat(WindowSize.on("Linux").orElseThrow().columns(-1)).isEmpty();
        assertThat(WindowSize.on("Windows 11")).isEmpty();
    }

    /** Under script(1), which gives its command a terminal. */
    @Test
    void aTerminalIsAsked() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not there to make a terminal");
        String java = "stty cols 97; '%s' -Xmx64m --enable-native-access=ALL-UNNAMED -cp '%s' '%s'"
                .formatted(
                        ProcessHandle.current().info().command().orElseThrow(),
                        System.getProperty("java.class.path"),
                        Asked.class.getName());
        Process child = new ProcessBuilder("script", "-qec", java, "/dev/null")
                .redirectErrorStream(true)
                .start();
        child.getOutputStream().close();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        assertThat(said).contains("columns 97");
    }

    static final class Asked {
        private Asked() {}

        public static void main(String[] arguments) {
            System.out.println("columns "
                    + WindowSize.on(System.getProperty("os.name"))
                            .orElseThrow()
                            .columns(1)
                            .orElse(0));
        }
    }
}
