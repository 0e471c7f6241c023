package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.ResidentMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedMemoryTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void tellsWeightsFromProgramsAndLeavesOutWhatIsNoFile() {
        List<String> smaps = """
                7f1c00000000-7f1c00100000 r--s 00000000 fe:01 1234                       /models/some model/model.safetensors
                Size:               1024 kB
                Rss:                 700 kB
                7f1c10000000-7f1c10100000 r-xp 00000000 fe:01 77                         /lib/libtorch_cpu.so
                Rss:                 300 kB
                7f1c20000000-7f1c20100000 rw-p 00000000 00:00 0
                Rss:               90000 kB
                7f1c30000000-7f1c30100000 rw-p 00000000 00:00 0                          [heap]
                Rss:               80000 kB
                7f1c40000000-7f1c40100000 r--s 00000000 fe:01 78                         /models/Q4.GGUF
                Rss:                  50 kB
                """.lines().toList();
        assertThat(MappedMemory.parse(smaps)).isEqualTo(new MappedMemory(750 * 1024, 300 * 1024));
    }

    /** What was reached before measuring counts, what measuring took does not. */
    @Test
    void thePeakForgetsWhatMeasuringTook() throws Exception {
        Path forget = Files.createFile(folder.resolve("clear_refs"));
        Peak memory = new Peak();
        PeakMemory peak = new PeakMemory(memory, forget);
        memory.peak = 100;
        peak.aside(() -> memory.peak = 900);
        assertThat(Files.readString(forget)).isEqualTo("5");
        memory.peak = 50; // as the kernel does
        assertThat(peak.bytes()).isEqualTo(100);
        memory.peak = 150;
        assertThat(peak.bytes()).isEqualTo(150);
        assertThat(peak.isClean()).isTrue();
    }

    @Test
    void saysWhenTheSystemDoesNotForget() {
        PeakMemory peak = new PeakMemory(new Peak(), folder.resolve("missing/clear_refs"));
        peak.aside(() -> {});
        assertThat(peak.isClean()).isFalse();
    }

    private static final class Peak implements ResidentMemory {
        private long peak;

        @Override
        public long bytes() {
            return peak;
        }

        @Override
        public long peakBytes() {
            return peak;
        }
    }
}
