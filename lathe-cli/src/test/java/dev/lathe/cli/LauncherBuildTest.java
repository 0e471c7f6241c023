package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** When the launcher builds, and what it says when it cannot. */
@DisabledOnOs(OS.WINDOWS)
class LauncherBuildTest {
    private final Path temporary;
    private final StubCheckout checkout;

    LauncherBuildTest(@TempDir Path temporary) throws IOException {
        this.temporary = temporary;
        this.checkout = StubCheckout.in(temporary);
    }

    @Test
    void buildsOnceAndThenOnlyWhatChanged() throws Exception {
        assertThat(checkout.lathe("train", "x.yaml").err()).contains("Building Lathe", "Built Lathe in");
        assertThat(checkout.lathe("train", "x.yaml").err()).isEmpty();
        assertThat(checkout.calls()).containsExactly("mvn -B -Dstyle.color=never -Dmaven.test.skip=true package");

        newer(checkout.root().resolve("lathe-run/src/main/Run.java"));
        checkout.lathe("train", "x.yaml");
        checkout.lathe("train", "x.yaml");
        assertThat(checkout.calls()).as("a changed source").hasSize(2);

        Files.delete(checkout.root().resolve("lathe-run/src/main/Run.java"));
        newer(checkout.root().resolve("lathe-run/src/main"));
        checkout.lathe("train", "x.yaml");
        checkout.lathe("train", "x.yaml");
        assertThat(checkout.calls()).as("a deleted source").hasSize(3);
    }

    @Test
    void withoutMavenSaysSo() throws Exception {
        Files.delete(checkout.tools().resolve("mvn"));
        StubCheckout.Outcome outcome = checkout.lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("needs Maven");
    }

    @Test
    void aBrokenBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
        checkout.environment().put("BROKEN", "1");
        StubCheckout.Outcome outcome = checkout.lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains("[ERROR] Run.java is broken\n  because of a reason\n", "the build failed")
                .doesNotContain("[INFO]");
        checkout.environment().remove("BROKEN");
        assertThat(checkout.lathe("version").status()).isZero();
    }

    @Test
    void startedTwiceAtOnceBuildsOnce() throws Exception {
        checkout.environment().put("SLOW", "0.5");
        Process first = checkout.begin(checkout.root().resolve("lathe"), "version");
        Process second = checkout.begin(checkout.root().resolve("lathe"), "version");
        assertThat(StubCheckout.finish(first).out()).contains("[version]");
        assertThat(StubCheckout.finish(second).out()).contains("[version]");
        assertThat(checkout.calls()).hasSize(1);
    }

    @Test
    void aKilledBuildLeavesNoHalfOfOne() throws Exception {
        checkout.environment().put("SLOW", "0.5");
        Process killed = checkout.begin(checkout.root().resolve("lathe"), "version");
        while (!Files.exists(checkout.root().resolve("calls"))) {
            Thread.sleep(10);
        }
        killed.destroyForcibly().waitFor();
        assertThat(checkout.root().resolve("lathe-cli/target/app/current")).doesNotExist();
        assertThat(checkout.lathe("version").out()).contains("[version]");
        assertThat(checkout.calls()).hasSize(2);
    }

    @Test
    void aMovedCheckoutIsBuiltAgain() throws Exception {
        checkout.lathe("version");
        Path moved = temporary.resolve("moved");
        checkout.move(moved);
        assertThat(checkout.lathe("version").out()).contains(moved.toString());
        assertThat(checkout.calls()).hasSize(2);
    }

    @Test
    void testsRunEverythingAndLeaveABuild() throws Exception {
        StubCheckout.Outcome outcome = checkout.lathe("test");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out())
                .contains("[1/1] lathe-run\nsaid by a test\nTests run: 3, Failures: 0\n")
                .contains("1 warnings of the compiler", "All tests and checks passed")
                .doesNotContain("in this way")
                .containsPattern("Skipped tests:\n *2 x is not there\n");
        assertThat(checkout.lathe("version").err()).isEmpty();
        assertThat(checkout.calls()).containsExactly("mvn -B -Dstyle.color=never verify");

        checkout.environment().put("BROKEN", "1");
        outcome = checkout.lathe("test", "-pl", "lathe-run");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).contains("[ERROR] Run.java is broken\n  because of a reason\n");
        assertThat(checkout.calls()).last().isEqualTo("mvn -B -Dstyle.color=never verify -pl lathe-run");
    }

    /** As an editor would leave it; a clock that ticks too slowly to tell cannot make the test fail. */
    private static void newer(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusMillis(50)));
        try {
            Thread.sleep(60);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
