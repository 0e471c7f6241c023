package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final StringWriter err = new StringWriter();

    private int report(boolean debug, Throwable failure) {
        return new Failures(debug).report(failure, new PrintWriter(err, true));
    }

    @Test
    void aUsersErrorIsItsMessage() {
        assertThat(report(false, new UserError("my.yaml does not exist"))).isEqualTo(1);
        assertThat(err.toString().lines()).containsExactly("my.yaml does not exist");
    }

    @Test
    void aUsersErrorIsFoundBehindWhatCarriedIt() {
        report(false, new ExecutionException(new UserError("shard 2 is cut off")));
        assertThat(err.toString().lines()).containsExactly("shard 2 is cut off");
    }

    @Test
    void anythingElseIsADefectWithItsTraceInAFile() throws IOException {
        assertThat(report(false, new IllegalStateException("odd"))).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("This is a defect in Lathe").contains("odd");
        Path trace = Path.of(err.toString().strip().replaceFirst("(?s).* ", ""));
        assertThat(Files.readString(trace)).contains("IllegalStateException: odd", "FailuresTest.java");
        Files.delete(trace);
    }

    @Test
    void debugShowsTheTraceOnTheSpot() {
        report(true, new IllegalStateException("odd"));
        assertThat(err.toString()).contains("at dev.lathe.cli.FailuresTest");
    }

    @Test
    void aFullHeapSaysHowToEnlargeIt() {
        report(false, new OutOfMemoryError("Java heap space"));
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("LATHE_JAVA_OPTS");
    }
}
