package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private record Outcome(int status, String out, String err) {}

    private static Outcome lathe(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), args);
        return new Outcome(status, out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version", "-V"})
    void namesItsVersionAndJavas(String arg) {
        Outcome outcome = lathe(arg);
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out())
                .matches("Lathe [0-9]+\\.[0-9]+\\.[0-9]+\\S* \\(Java "
                        + Runtime.version().feature() + ".*\\)\\R");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void withoutArgumentsHelps() {
        assertThat(lathe()).isEqualTo(lathe("help")).isEqualTo(lathe("--help"));
        assertThat(lathe().status()).isZero();
        assertThat(lathe().out()).contains("COMMAND", "env", "version", "help");
    }

    @Test
    void helpsWithOneCommand() {
        assertThat(lathe("help", "env").out()).contains("lathe env").contains("what is slow");
    }

    @Test
    void anUnknownCommandNamesTheNearest() {
        Outcome outcome = lathe("verson", "x.yaml");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("Unknown command: verson")
                .contains("Did you mean: version")
                .contains("Usage: lathe");
    }

    @Test
    void anUnknownOptionOfACommandIsNoUnknownCommand() {
        Outcome outcome = lathe("env", "--colour");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("Unknown option: '--colour'").contains("Usage: lathe env");
    }

    @Test
    void envNamesTheMachine() {
        Outcome outcome = lathe("env");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("Java ", "processor", "memory").contains("OMP_WAIT_POLICY is not set");
    }

    @Test
    void exportSaysAllThatIsMissing() {
        Outcome outcome = lathe("export");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("model_name_or_path", "export_dir");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "score",
                "score x",
                "score x --text a --ids 1",
                "score x --text a --top -1",
                "score x --text a --dtype int4"
            })
    void scoreSaysHowItIsWritten(String line) {
        Outcome outcome = lathe(line.split(" "));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err()).contains("Usage: lathe score", "--text", "--ids", "--file");
    }

    @Test
    void scoreReadsModelsAndFiles() {
        assertThat(lathe("score", "./it's/no: where", "--ids", "1").err()).contains("./it's/no: where is not there");
        assertThat(lathe("score", "no.yaml", "--ids", "1").err()).contains("no.yaml");
        assertThat(lathe("score", "x", "--ids", "1,b").err()).contains("--ids 1,b", "1,403,407");
    }

    @Test
    void dataSaysWhatIsWrong() {
        assertThat(lathe("data", "no.yaml").err()).contains("no.yaml");
        assertThat(lathe("data", "--sample").status()).isEqualTo(2);
        Outcome outcome = lathe("data", "cutof_len=3");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("cannot be looked at", "did you mean cutoff_len");
        assertThat(lathe("data", "model_name_or_path=x", "stage=dpo", "--print-config")
                        .out())
                .contains("stage", "dpo");
        assertThat(lathe("help", "data").out()).contains("--sample", "--html", "--png", "--jsonl");
    }
}
