package dev.lathe.bench;

import dev.lathe.tensor.Torch;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Workers;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The threads of a benchmark, as many for libtorch as for the kernels. */
@State(Scope.Benchmark)
public class Machine {
    @Param({"1", "2"})
    public int threads;

    private Workers workers;
    private Kernels kernels;

    @Setup(Level.Trial)
    public void start() {
        Torch.start(threads);
        workers = new Workers(threads);
        kernels = Kernels.forHost(workers);
    }

    @TearDown(Level.Trial)
    public void stop() {
        workers.close();
    }

    /** Runs operations on libtorch and frees what they made. */
    void onLibtorch(Runnable operations) {
        try (dev.lathe.tensor.Scope scope = dev.lathe.tensor.Scope.open()) {
            operations.run();
        }
    }

    Kernels kernels() {
        return kernels;
    }
}
