package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryLimitTest {
    private static final String MEMINFO = "MemTotal:        4194304 kB\nMemFree: 17 kB\n";

    private final Path root;

    MemoryLimitTest(@TempDir Path root) {
        this.root = root;
    }

    private SystemFiles files() {
        return new SystemFiles(root);
    }

    @Test
    void isTheMachinesMemoryWithoutAGroup() throws IOException {
        file("proc/meminfo", MEMINFO);
        assertThat(MemoryLimit.of(files())).hasValue(4L << 30);
    }

    @Test
    void isTheTightestLimitOfAGroupAndThoseAboveIt() throws IOException {
        file("proc/meminfo", MEMINFO);
        file("proc/self/cgroup", "0::/slice/job\n");
        file("sys/fs/cgroup/slice/memory.max", "2147483648\n");
        file("sys/fs/cgroup/slice/job/memory.max", "max\n");
        assertThat(MemoryLimit.of(files())).hasValue(2L << 30);
    }

    @Test
    void readsTheOlderLayout() throws IOException {
        file("proc/meminfo", MEMINFO);
        file("proc/self/cgroup", "4:memory:/job\n0::/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1073741824\n");
        assertThat(MemoryLimit.of(files())).hasValue(1L << 30);
    }

    @Test
    void isTheMachinesMemoryWhereAGroupAllowsMore() throws IOException {
        file("proc/meminfo", MEMINFO);
        file("proc/self/cgroup", "0::/\n");
        file("sys/fs/cgroup/memory.max", "8589934592\n");
        assertThat(MemoryLimit.of(files())).hasValue(4L << 30);
    }

    @Test
    void isUnknownWhereNothingTells() {
        assertThat(MemoryLimit.of(files())).isEmpty();
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
