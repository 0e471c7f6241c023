package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script in a checkout whose Maven and JDKs only write down how they were called. The folder has a space in
 * its name, throughout.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
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

    private Path temporary = Path.of("");
    private Path root = Path.of("");
    private Path tools = Path.of("");
    private final Map<String, String> environment = new TreeMap<>();

    private record Outcome(int status, String out, String err) {}

    @BeforeEach
    void checkout(@TempDir Path empty) throws IOException {
        temporary = empty;
        Path folder = temporary.resolve("a b");
        root = folder.resolve("lathe");
        tools = folder.resolve("tools");
        write(root.resolve("pom.xml"), "");
        write(root.resolve("lathe-run/src/main/Run.java"), "");
        write(root.resolve("lathe-cli/src/main/Main.java"), "");
        Files.copy(repository().resolve("lathe"), root.resolve("lathe"));
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
        jdk("25.0.3");
        environment.put("PATH", tools.toString());
        environment.put("LATHE_JDK_FOLDER", folder.resolve("jdks").toString());
    }

    @Test
    void buildsOnceAndThenOnlyWhatChanged() throws Exception {
        assertThat(lathe("train", "x.yaml").err()).contains("Building Lathe", "Built Lathe in");
        assertThat(lathe("train", "x.yaml").err()).isEmpty();
        assertThat(calls()).containsExactly("mvn -B -Dstyle.color=never -Dmaven.test.skip=true package");

        newer(root.resolve("lathe-run/src/main/Run.java"));
        lathe("train", "x.yaml");
        lathe("train", "x.yaml");
        assertThat(calls()).as("a changed source").hasSize(2);

        Files.delete(root.resolve("lathe-run/src/main/Run.java"));
        newer(root.resolve("lathe-run/src/main"));
        lathe("train", "x.yaml");
        lathe("train", "x.yaml");
        assertThat(calls()).as("a deleted source").hasSize(3);
    }

    @Test
    void startsWithItsOwnCopyOfTheRoomsAndTheLibraries() throws Exception {
        String out = lathe("train", "my file.yaml", "").out();
        assertThat(out).contains("[dev.lathe.cli.Main] [train] [my file.yaml] []");
        String[] classPath = out.replaceFirst("(?s).*\\[-cp\\] \\[", "")
                .replaceFirst("(?s)\\].*", "")
                .split(":");
        assertThat(classPath).hasSize(3);
        assertThat(Path.of(classPath[0]))
                .hasFileName("lathe-cli.jar")
                .hasContent("cli\n")
                .startsWith(root.resolve("lathe-cli/target/app"));
        assertThat(Path.of(classPath[1]))
                .hasFileName("lathe-run-1.jar")
                .hasContent("run\n")
                .startsWith(root.resolve("lathe-cli/target/app"));
        assertThat(classPath[2])
                .isEqualTo(root.resolve("lathe-cli/target/lib/picocli-4.jar").toString());
    }

    @Test
    void onlyCommandsThatComputeGetTheVectorModule() throws Exception {
        assertThat(lathe("version").out()).doesNotContain("jdk.incubator.vector");
        assertThat(lathe("help", "train").out()).doesNotContain("jdk.incubator.vector");
        assertThat(lathe().out()).doesNotContain("jdk.incubator.vector");
        assertThat(lathe("train").out()).contains("[--add-modules] [jdk.incubator.vector]", "OMP_WAIT_POLICY=passive");
        environment.put("OMP_WAIT_POLICY", "active");
        environment.put("LATHE_JAVA_OPTS", "-Xmx9g -Dx=y");
        assertThat(lathe("train").out()).contains("OMP_WAIT_POLICY=active", "[-Xmx9g] [-Dx=y]");
    }

    @Test
    void oneWarningOfTheJvmIsSwallowedAndTheRestIsNot() throws Exception {
        lathe("version");
        assertThat(lathe("train", "warn").err()).isEqualTo("something else\n");
        assertThat(lathe("train", "fail").err()).isEqualTo("no such option\n");
    }

    @Test
    void runsByItsOtherNameAndThroughLinks() throws Exception {
        Path link = temporary.resolve("link");
        Files.createSymbolicLink(link, Path.of("a b", "lathe", "llamafactory-cli"));
        assertThat(start(link, "version").out()).contains("[version]");
        assertThat(start(root.resolve("llamafactory-cli"), "version").out()).contains("[version]");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void withoutAJdkSaysWhatToInstall() throws Exception {
        environment.put("PATH", "");
        environment.put("LATHE_JDK_FOLDER", temporary.resolve("none").toString());
        Outcome outcome = lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err().lines())
                .singleElement()
                .asString()
                .contains("JDK of version 25", "install", "LATHE_JAVA_HOME");
    }

    @Test
    void anOldJavaHomeIsPassedOverAndTheNewestIsTaken() throws Exception {
        jdk("26-ea");
        jdk("25.0.10");
        jdk("9.0.1");
        environment.put("JAVA_HOME", jdk("17.0.15").toString());
        assertThat(lathe("version").out()).startsWith("java 26-ea");
        environment.put("JAVA_HOME", jdk("25.0.3").toString());
        assertThat(lathe("version").out()).startsWith("java 25.0.3");
        environment.put("LATHE_JAVA_HOME", jdk("25.0.10").toString());
        assertThat(lathe("version").out()).startsWith("java 25.0.10");
    }

    @Test
    void theJavaOnThePathIsSeenThroughItsLinks() throws Exception {
        Path jdk = jdk("27.1");
        Files.move(jdk, root.resolveSibling("aside"));
        Files.createSymbolicLink(tools.resolve("java"), Path.of("../aside/bin/java"));
        assertThat(lathe("version").out()).startsWith("java 27.1");
    }

    @Test
    void aWrongLatheJavaHomeIsSaidNotReplaced() throws Exception {
        environment.put("LATHE_JAVA_HOME", jdk("21.0.2").toString());
        Outcome outcome = lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err().lines()).singleElement().asString().contains("LATHE_JAVA_HOME", "21.0.2");
    }

    @Test
    void withoutMavenSaysSo() throws Exception {
        Files.delete(tools.resolve("mvn"));
        Outcome outcome = lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("needs Maven");
    }

    @Test
    void aBrokenBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
        environment.put("BROKEN", "1");
        Outcome outcome = lathe("version");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains("[ERROR] Run.java is broken\n  because of a reason\n", "the build failed")
                .doesNotContain("[INFO]");
        environment.remove("BROKEN");
        assertThat(lathe("version").status()).isZero();
    }

    @Test
    void startedTwiceAtOnceBuildsOnce() throws Exception {
        environment.put("SLOW", "0.5");
        Process first = begin(root.resolve("lathe"), "version");
        Process second = begin(root.resolve("lathe"), "version");
        assertThat(finish(first).out()).contains("[version]");
        assertThat(finish(second).out()).contains("[version]");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void aKilledBuildLeavesNoHalfOfOne() throws Exception {
        environment.put("SLOW", "0.5");
        Process killed = begin(root.resolve("lathe"), "version");
        while (!Files.exists(root.resolve("calls"))) {
            Thread.sleep(10);
        }
        killed.destroyForcibly().waitFor();
        assertThat(root.resolve("lathe-cli/target/app/current")).doesNotExist();
        assertThat(lathe("version").out()).contains("[version]");
        assertThat(calls()).hasSize(2);
    }

    @Test
    void aMovedCheckoutIsBuiltAgain() throws Exception {
        lathe("version");
        Path moved = temporary.resolve("moved");
        Files.move(root, moved);
        root = moved;
        assertThat(lathe("version").out()).contains(moved.toString());
        assertThat(calls()).hasSize(2);
    }

    @Test
    void testsRunEverythingAndLeaveABuild() throws Exception {
        Outcome outcome = lathe("test");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out())
                .contains("[1/1] lathe-run\nsaid by a test\nTests run: 3, Failures: 0\n")
                .contains("1 warnings of the compiler", "All tests and checks passed")
                .doesNotContain("in this way")
                .containsPattern("Skipped tests:\n *2 x is not there\n");
        assertThat(lathe("version").err()).isEmpty();
        assertThat(calls()).containsExactly("mvn -B -Dstyle.color=never verify");

        environment.put("BROKEN", "1");
        outcome = lathe("test", "-pl", "lathe-run");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).contains("[ERROR] Run.java is broken\n  because of a reason\n");
        assertThat(calls()).last().isEqualTo("mvn -B -Dstyle.color=never verify -pl lathe-run");
    }

    private Outcome lathe(String... args) throws Exception {
        return start(root.resolve("lathe"), args);
    }

    private Outcome start(Path script, String... args) throws Exception {
        return finish(begin(script, args));
    }

    private Process begin(Path script, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder process = new ProcessBuilder(command).directory(temporary.toFile());
        process.environment().clear();
        process.environment().putAll(environment);
        return process.start();
    }

    private static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out, err);
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(root.resolve("calls"));
    }

    /** A JDK that says its version, what it was called with and what it would tell OpenMP. */
    private Path jdk(String version) throws IOException {
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

    /** As an editor would leave it; a clock that ticks too slowly to tell cannot make the test fail. */
    private static void newer(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusMillis(50)));
        try {
            Thread.sleep(60);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve(".mvn"))) {
            here = Objects.requireNonNull(here.getParent(), "not in a checkout");
        }
        return here;
    }
}
