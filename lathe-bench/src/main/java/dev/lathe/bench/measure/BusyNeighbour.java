package dev.lathe.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Another process that keeps one core busy until this is closed, or until this process is gone. */
final class BusyNeighbour implements AutoCloseable {
    private final Process process;

    private BusyNeighbour(Process process) {
        this.process = process;
    }

    /** Returns once it is busy. */
    static BusyNeighbour start() {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Spinner.class.getName())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.getInputStream().read() < 0) {
                throw new IllegalStateException("the neighbour ended before it was busy");
            }
            return new BusyNeighbour(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
