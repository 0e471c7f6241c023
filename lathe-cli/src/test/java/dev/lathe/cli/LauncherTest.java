package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How the launcher becomes the program. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private final Path temporary;
    private final StubCheckout checkout;

    LauncherTest(@TempDir Path temporary) throws IOException {
        this.temporary = temporary;
        this.checkout = StubCheckout.in(temporary);
    }

    @Test
    void startsWithItsOwnCopyOfTheRoomsAndTheLibraries() throws Exception {
        String out = checkout.lathe("train", "my file.yaml", "").out();
        assertThat(out).contains("[dev.lathe.cli.Main] [train] [my file.yaml] []");
        String[] classPath = out.replaceFirst("(?s).*\\[-cp\\] \\[", "")
                .replaceFirst("(?s)\\].*", "")
                .split(":");
        assertThat(classPath).hasSize(3);
        assertThat(Path.of(classPath[0]))
                .hasFileName("lathe-cli.jar")
                .hasContent("cli\n")
                .startsWith(checkout.root().resolve("lathe-cli/target/app"));
        assertThat(Path.of(classPath[1]))
                .hasFileName("lathe-run-1.jar")
                .hasContent("run\n")
                .startsWith(checkout.root().resolve("lathe-cli/target/app"));
        assertThat(classPath[2])
                .isEqualTo(checkout.root()
                        .resolve("lathe-cli/target/lib/picocli-4.jar")
                        .toString());
    }

    @Test
    void onlyCommandsThatComputeGetTheVectorModule() throws Exception {
        assertThat(checkout.lathe("version").out()).doesNotContain("jdk.incubator.vector");
        assertThat(checkout.lathe("help", "train").out()).doesNotContain("jdk.incubator.vector");
        assertThat(checkout.lathe().out()).doesNotContain("jdk.incubator.vector");
        assertThat(checkout.lathe("train").out())
                .contains("[--add-modules] [jdk.incubator.vector]", "OMP_WAIT_POLICY=passive");
        checkout.environment().put("OMP_WAIT_POLICY", "active");
        checkout.environment().put("LATHE_JAVA_OPTS", "-Xmx9g -Dx=y");
        assertThat(checkout.lathe("train").out()).contains("OMP_WAIT_POLICY=active", "[-Xmx9g] [-Dx=y]");
    }

    @Test
    void oneWarningOfTheJvmIsSwallowedAndTheRestIsNot() throws Exception {
        checkout.lathe("version");
        assertThat(checkout.lathe("train", "warn").err()).isEqualTo("something else\n");
        assertThat(checkout.lathe("train", "fail").err()).isEqualTo("no such option\n");
    }

    @Test
    void runsByItsOtherNameAndThroughLinks() throws Exception {
        Path link = temporary.resolve("link");
        Files.createSymbolicLink(link, Path.of("a b", "lathe", "llamafactory-cli"));
        assertThat(checkout.start(link, "version").out()).contains("[version]");
        assertThat(checkout.start(checkout.root().resolve("llamafactory-cli"), "version")
                        .out())
                .contains("[version]");
        assertThat(checkout.calls()).hasSize(1);
    }
}
