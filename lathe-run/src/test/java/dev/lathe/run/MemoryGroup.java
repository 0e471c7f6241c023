package dev.lathe.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A control group of Linux whose processes together may use so much memory, page cache included, and no swap.
 *
 * @param older whether it is of version 1
 */
record MemoryGroup(Path folder, boolean older) implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** Empty where this process may not make one. */
    static Optional<MemoryGroup> make(long bytes) {
        boolean older = Files.isDirectory(ROOT.resolve("memory"));
        Path folder = ROOT.resolve(older ? "memory" : ".")
                .normalize()
                .resolve("lathe-test-" + ProcessHandle.current().pid());
        MemoryGroup group = new MemoryGroup(folder, older);
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            return Optional.empty();
        }
        try {
            group.write(older ? "memory.limit_in_bytes" : "memory.max", bytes);
            String swap = older ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
            if (Files.exists(folder.resolve(swap))) {
                group.write(swap, older ? bytes : 0);
            }
            return Optional.of(group);
        } catch (IOException e) {
            group.close();
            return Optional.empty();
        }
    }

    private void write(String file, long number) throws IOException {
        Files.writeString(folder.resolve(file), Long.toString(number));
    }

    /** The command, as one that enters the group first. */
    List<String> entering(List<String> command) {
        List<String> all = new ArrayList<>(
                List.of("/bin/sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", folder.toString()));
        all.addAll(command);
        return all;
    }

    /** Its processes have ended; the kernel may need a moment to see that. */
    @Override
    public void close() {
        for (int attempt = 0; attempt < 50; attempt++) {
            try {
                Files.delete(folder);
                return;
            } catch (IOException e) {
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
