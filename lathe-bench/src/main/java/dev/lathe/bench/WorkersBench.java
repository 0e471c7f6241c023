package dev.lathe.bench;

import dev.lathe.tensor.kernel.Workers;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** What handing over a job costs: parts that do nothing, one after the other and after a pause. */
@State(Scope.Benchmark)
public class WorkersBench {
    @Param({"1", "2"})
    public int threads;

    private Workers workers;

    @Setup(Level.Trial)
    public void start() {
        workers = new Workers(threads);
    }

    @TearDown(Level.Trial)
    public void stop() {
        workers.close();
    }

    @Benchmark
    public void oneAfterTheOther() {
        workers.run(2, part -> {});
    }

    /** The pause alone is to be subtracted. */
    @Benchmark
    public void afterTheyFellAsleep() {
        LockSupport.parkNanos(200_000);
        workers.run(2, part -> {});
    }

    @Benchmark
    public void pause() {
        LockSupport.parkNanos(200_000);
    }

    /** Two parts of some 20 µs: how much two threads gain. */
    @Benchmark
    public void shortWork() {
        workers.run(2, part -> Blackhole.consumeCPU(10_000));
    }
}
