package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @ParameterizedTest
    @ValueSource(strings = {"train --help", "train x.yaml -h", "chat -h", "export --help", "score --help", "env -h"})
    void everyCommandHelps(String line) {
        Outcome outcome = lathe(line.split(" "));
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("Usage: lathe " + line.split(" ")[0], "--help");
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

    @ParameterizedTest
    @ValueSource(
            strings = {"bench", "bench trian", "bench train --steps x", "bench generate --colour", "bench size --json"})
    void benchSaysHowItIsWritten(String line) {
        Outcome outcome = lathe(line.split(" "));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Usage: lathe bench");
    }

    @ParameterizedTest
    @CsvSource({
        "bench train --steps 0, --steps 0",
        "bench train a b, one model at a time",
        "bench train ./nowhere, ./nowhere is not there",
        "bench train --config no.yaml, no.yaml",
        "bench train lora_rnk=4, lora_rank",
        "bench generate --tokens 1, --tokens 1",
        "bench kernels Norm, RmsNorm",
        "bench size --vs no.json, no.json",
        "bench size ./nowhere, ./nowhere is not there"
    })
    void benchSaysWhatIsWrong(String line, String named) {
        Outcome outcome = lathe(line.split(" "));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains(named);
    }

    @Test
    void benchComparesLikeWithLike(@TempDir Path folder) throws Exception {
        Path size = folder.resolve("size.json");
        Outcome first = lathe("bench", "size", "--json", size.toString());
        assertThat(first.out()).contains("fp32", "embedding", "nf4");
        assertThat(lathe("bench", "size", "--vs", size.toString()).out()).contains("1.00");
        Outcome other = lathe("bench", "train", "--vs", size.toString());
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("size.json holds a measurement of size");
    }

    @Test
    void benchListsKernels() {
        assertThat(lathe("bench", "kernels").out()).contains("RmsNorm", "SwiGlu");
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
