package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which JDK the launcher takes. */
@DisabledOnOs(OS.WINDOWS)
class LauncherJdkTest {
    private final Path temporary;
    private final StubCheckout checkout;

    LauncherJdkTest(@TempDir Path temporary) throws IOException {
        this.temporary = temporary;
        this.checkout = StubCheckout.in(temporary);
    }

    @Test
    void withoutAJdkSaysWhatToInstall() throws Exception {
        checkout.environment().put("PATH", "");
        checkout.environment().put("LATHE_JDK_FOLDER", temporary.resolve("none").toString());
        StubCheckout.Outcome outcome = checkout.lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err().lines())
                .singleElement()
                .asString()
                .contains("JDK of version 25", "install", "LATHE_JAVA_HOME");
    }

    @Test
    void anOldJavaHomeIsPassedOverAndTheNewestIsTaken() throws Exception {
        checkout.jdk("26-ea");
        checkout.jdk("25.0.10");
        checkout.jdk("9.0.1");
        checkout.environment().put("JAVA_HOME", checkout.jdk("17.0.15").toString());
        assertThat(checkout.lathe("version").out()).startsWith("java 26-ea");
        checkout.environment().put("JAVA_HOME", checkout.jdk("25.0.3").toString());
        assertThat(checkout.lathe("version").out()).startsWith("java 25.0.3");
        checkout.environment().put("LATHE_JAVA_HOME", checkout.jdk("25.0.10").toString());
        assertThat(checkout.lathe("version").out()).startsWith("java 25.0.10");
    }

    @Test
    void theJavaOnThePathIsSeenThroughItsLinks() throws Exception {
        Path jdk = checkout.jdk("27.1");
        Files.move(jdk, checkout.root().resolveSibling("aside"));
        Files.createSymbolicLink(checkout.tools().resolve("java"), Path.of("../aside/bin/java"));
        assertThat(checkout.lathe("version").out()).startsWith("java 27.1");
    }

    @Test
    void aWrongLatheJavaHomeIsSaidNotReplaced() throws Exception {
        checkout.environment().put("LATHE_JAVA_HOME", checkout.jdk("21.0.2").toString());
        StubCheckout.Outcome outcome = checkout.lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err().lines()).singleElement().asString().contains("LATHE_JAVA_HOME", "21.0.2");
    }
}
