package dev.lathe.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lathe version}: Lathe's own, the Java it runs on, the system. Loads nothing else, so that it is there at once. */
@Command(name = "version", description = "Show the version of Lathe and of the Java it runs on.")
final class VersionCommand implements Runnable, IVersionProvider {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().getOut().println(line());
    }

    @Override
    public String[] getVersion() {
        return new String[] {line()};
    }

    /** Lathe's version as the build wrote it down. */
    static String lathe() {
        Properties build = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("version", "of unknown version");
    }

    private static String line() {
        return "Lathe %s (Java %s, %s %s)"
                .formatted(lathe(), Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
    }
}
