package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentMemoryTest {
    private static final SystemFiles FILES = SystemFiles.ofHost();

    @Test
    void readsTheKernelsLines(@TempDir Path folder) throws IOException {
        Path status = Files.writeString(
                folder.resolve("status"), "Name:\tjava\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\nThreads:\t3\n");
        ResidentMemory memory = new ProcStatus(status, FILES);
        assertThat(memory.bytes()).isEqualTo(100L << 20);
        assertThat(memory.peakBytes()).isEqualTo(200L << 20);
    }

    @Test
    void unknownIsZero(@TempDir Path folder) throws IOException {
        assertThat(new ProcStatus(folder.resolve("none"), FILES).bytes()).isZero();
        assertThat(new ProcStatus(Files.writeString(folder.resolve("odd"), "VmRSS: much\n"), FILES).bytes())
                .isZero();
    }

    @Test
    void theHostTellsSomething() {
        ResidentMemory memory = ResidentMemory.ofHost();
        assertThat(memory.bytes()).isGreaterThan(1 << 20);
        assertThat(memory.peakBytes()).isGreaterThan(1 << 20);
    }
}
