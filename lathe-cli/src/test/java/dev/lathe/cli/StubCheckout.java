package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A checkout with the real launcher, whose Maven and JDKs only write down how they were called. The folder has a space in its
 * name, throughout.
 */
final class StubCheckout {
    private static final List<String> TOOLS = List.of(
            "cat",
            "cp",
            "date",
            "find",
            "flock",
            "grep",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "rmdir",
            "sed",
            "sleep",
            "sort",
            "tee",
            "uniq");

    private final Path temporary;
    private final Path tools;
    private final Map<String, String> environment = new TreeMap<>();
    private Path root;

    record Outcome(int status, String out, String err) {}

    private StubCheckout(Path temporary, Path root, Path tools) {
        this.temporary = temporary;
        this.root = root;
        this.tools = tools;
    }

    static StubCheckout in(Path temporary) throws IOException {
        Path folder = temporary.resolve("a b");
        Path root = folder.resolve("lathe");
        Path tools = folder.resolve("tools");
        StubCheckout checkout = new StubCheckout(temporary, root, tools);
        write(root.resolve("pom.xml"), "");
        write(root.resolve("lathe-run/src/main/Run.java"), "");
        write(root.resolve("lathe-cli/src/main/Main.java"), "");
        Files.copy(Reference.checkout().resolve("lathe"), root.resolve("lathe"));
        Files.createSymbolicLink(root.resolve("llamafactory-cli"), Path.of("lathe"));
        Files.createDirectories(tools);
        for (String tool : TOOLS) {
            for (String bin : List.of("/usr/bin", "/bin")) {
                if (Files.exists(Path.of(bin, tool))) {
                    program(tools.resolve(tool), "exec %s/%s \"$@\"".formatted(bin, tool));
                }
            }
        }
        program(tools.resolve("mvn"), """
                echo "mvn $*" >> calls
                echo "[INFO] Building lathe-run 1 [1/1]"
                echo "[WARNING] Run.java:[3,4] could be better"
                echo "  in this way"
                echo "[INFO] Running RunTest"
                echo "said by a test"
                echo "[INFO] Tests run: 3, Failures: 0"
                [[ -z ${SLOW-} ]] || sleep $SLOW
                [[ -z ${BROKEN-} ]] || { echo "[ERROR] Run.java is broken"; echo "  because of a reason"; exit 1; }
                mkdir -p lathe-run/target lathe-cli/target
                mkdir -p lathe-run/target/surefire-reports
                for report in A B; do
                    echo '<skipped><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: skipped: x is not there' \
                        > lathe-run/target/surefire-reports/$report.xml
                done
                echo run > lathe-run/target/lathe-run-1.jar
                echo cli > lathe-cli/target/lathe-cli.jar
                printf '%s' "$PWD/lathe-run/target/lathe-run-1.jar|/elsewhere/picocli-4.jar" > lathe-cli/target/class-path
                """);
        checkout.jdk("25.0.3");
        checkout.environment.put("PATH", tools.toString());
        checkout.environment.put("LATHE_JDK_FOLDER", folder.resolve("jdks").toString());
        return checkout;
    }

    Path root() {
        return root;
    }

    /** The folder that {@code PATH} names. */
    Path tools() {
        return tools;
    }

    /** What the launcher is started with. */
    Map<String, String> environment() {
        return environment;
    }

    /** From now on it lies there. */
    void move(Path to) throws IOException {
        Files.move(root, to);
        root = to;
    }

    Outcome lathe(String... args) throws Exception {
        return start(root.resolve("lathe"), args);
    }

    /**
     * Ends when all that was said has arrived: what the launcher puts between the JVM and standard error may outlive both, and
     * Java reads nothing of a process that has ended.
     */
    Outcome start(Path script, String... args) throws Exception {
        String waiting = "{ \"$@\" 2>&1 >&3 3>&- | /bin/cat >&2; exit \"${PIPESTATUS[0]}\"; } 3>&1";
        return finish(begin(List.of("/bin/bash", "-c", waiting, "bash", script.toString()), args));
    }

    Process begin(Path script, String... args) throws IOException {
        return begin(List.of(script.toString()), args);
    }

    private Process begin(List<String> program, String... args) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(args));
        ProcessBuilder process = new ProcessBuilder(command).directory(temporary.toFile());
        process.environment().clear();
        process.environment().putAll(environment);
        return process.start();
    }

    static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out, err);
    }

    List<String> calls() throws IOException {
        return Files.readAllLines(root.resolve("calls"));
    }

    /** A JDK that says its version, what it was called with and what it would tell OpenMP. */
    Path jdk(String version) throws IOException {
        Path home = root.resolveSibling("jdks").resolve("jdk " + version);
        write(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        program(home.resolve("bin/javac"), "");
        program(home.resolve("bin/java"), """
                case "${@: -1}" in
                    warn) echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2; echo 'something else' >&2 ;;
                    fail) echo 'no such option' >&2; exit 1 ;;
                esac
                echo "java %s"; printf '[%%s] ' "$@"; echo "OMP_WAIT_POLICY=${OMP_WAIT_POLICY-}"
                """.formatted(version));
        return home;
    }

    private static void program(Path file, String script) throws IOException {
        write(file, "#!/bin/bash\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
