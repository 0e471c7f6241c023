package dev.lathe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.ControlGroup;
import dev.lathe.base.SystemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines described by the files that Linux would show. */
class MachineTest {
    @TempDir
    Path root;

    @BeforeEach
    void aGoodMachine() throws IOException {
        cpu("avx2 avx512f avx512_bf16 amx_bf16 amx_int8 avx512_vnni");
        file(
                "proc/meminfo",
                "MemTotal:       24683656 kB\nMemAvailable:   16777216 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
        file("proc/loadavg", "0.42 0.50 0.61 1/80 4711\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        file("proc/self/cgroup", "0::/\n");
    }

    @Test
    void nothingIsSlowOnAGoodMachine() {
        Machine machine = read(Map.of("OMP_WAIT_POLICY", "PASSIVE"));
        assertThat(machine.processor()).hasValue("Some CPU 9000");
        assertThat(machine.features())
                .containsExactly("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_int8", "avx512_vnni");
        assertThat(machine.memory()).hasValue(24683656L * 1024);
        assertThat(machine.limits().memory()).isEmpty();
        assertThat(machine.limits().cores()).isEmpty();
        assertThat(SlowSpot.of(machine)).isEmpty();
    }

    @Test
    void amxIsMissed() throws IOException {
        cpu("avx2 avx512f avx512_bf16");
        assertThat(slow()).containsExactly("no bf16 matrix units (AMX)");
    }

    @Test
    void bf16IsMissed() throws IOException {
        cpu("avx2");
        assertThat(slow()).containsExactly("no bf16 arithmetic (neither AMX nor AVX-512 BF16)");
    }

    @Test
    void busyWaitingIsNamed() {
        assertThat(SlowSpot.of(read(Map.of())).stream().map(SlowSpot::what))
                .containsExactly("OMP_WAIT_POLICY is not set");
        assertThat(SlowSpot.of(read(Map.of("OMP_WAIT_POLICY", "active"))).stream()
                        .map(SlowSpot::what))
                .containsExactly("OMP_WAIT_POLICY is active");
    }

    @Test
    void neighboursHugePagesSwapAndMemoryAreNamed() throws IOException {
        file("proc/loadavg", "190.5 0.50 0.61 1/80 4711\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
        file("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 1048576 kB\nSwapTotal: 4096 kB\nSwapFree: 1024 kB\n");
        assertThat(slow())
                .containsExactly(
                        "other programs are busy (load 190.5 on 128 processors)",
                        "transparent huge pages are off",
                        "3 MiB of swap are in use",
                        "1.0 GiB of memory are free");
    }

    @Test
    void theTightestLimitOfTheTreeHolds() throws IOException {
        file("proc/self/cgroup", "0::/slice/job\n");
        file("sys/fs/cgroup/slice/memory.max", "2147483648\n");
        file("sys/fs/cgroup/slice/job/memory.max", "max\n");
        file("sys/fs/cgroup/slice/job/cpu.max", "150000 100000\n");
        file("sys/fs/cgroup/cpu.max", "max 100000\n");
        ControlGroup limits = ControlGroup.of(new SystemFiles(root));
        assertThat(limits.memory()).hasValue(2L << 30);
        assertThat(limits.cores()).hasValue(1.5);
        assertThat(slow()).containsExactly("the container may use 1.5 of 128 processors");
    }

    @Test
    void theOlderLayoutIsReadToo() throws IOException {
        file("proc/self/cgroup", "5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1073741824\n");
        file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000\n");
        file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
        ControlGroup limits = ControlGroup.of(new SystemFiles(root));
        assertThat(limits.memory()).hasValue(1L << 30);
        assertThat(limits.cores()).hasValue(4.0);
    }

    @Test
    void aSystemWithoutTheseFilesIsNoError() {
        Machine machine = Machine.read(new SystemFiles(root.resolve("nowhere")), Map.of(), Runtime.getRuntime());
        assertThat(machine.processor()).isEmpty();
        assertThat(machine.memory()).isEmpty();
        assertThat(machine.processors()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    private Machine read(Map<String, String> environment) {
        return Machine.read(new SystemFiles(root), environment, Runtime.getRuntime());
    }

    private List<String> slow() {
        return SlowSpot.of(read(Map.of("OMP_WAIT_POLICY", "passive"))).stream()
                .map(SlowSpot::what)
                .toList();
    }

    private void cpu(String flags) throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 128; i++) {
            all.append("processor\t: %d\nmodel name\t: Some CPU 9000\nflags\t\t: fpu %s ht\n\n".formatted(i, flags));
        }
        file("proc/cpuinfo", all.toString());
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
