package dev.lathe.bench.measure;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The sources that this program was built from, where it still lies among them. */
record Checkout(Path root) {
    static Optional<Checkout> find() {
        try {
            Path at = Path.of(Checkout.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath();
            while (at != null && !Files.isDirectory(at.resolve(".mvn"))) {
                at = at.getParent();
            }
            return Optional.ofNullable(at).map(Checkout::new);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The commit, with a plus sign if files differ from it; empty without git. */
    Optional<String> commit() {
        return git("rev-parse", "--short=10", "HEAD")
                .map(commit -> commit
                        + git("status", "--porcelain", "--untracked-files=no")
                                .filter(changes -> !changes.isEmpty())
                                .map(changes -> "+")
                                .orElse(""));
    }

    private Optional<String> git(String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = root.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(said)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
