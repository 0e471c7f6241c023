package dev.lathe.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What this is the version of, and what it runs on. */
final class Version {
    private Version() {}

    /** Lathe's own, as the build wrote it down. */
    static String lathe() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("version", "of unknown version");
    }

    /** All of it in one line. */
    static String line() {
        return "Lathe " + lathe() + " (Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ")";
    }
}
