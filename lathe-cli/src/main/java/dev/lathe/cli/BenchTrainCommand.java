package dev.lathe.cli;

import dev.lathe.bench.measure.TrainBench;
import dev.lathe.bench.measure.TrainRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lathe bench train}. */
@Command(
        name = "train",
        description = "Training: tokens a second, which share that is of what the matrix products alone would allow,"
                + " where the time goes and whose the memory is. Without --config: LoRA of rank 8 on all linear layers,"
                + " bf16, steps of 4 x 2 made-up samples.")
final class BenchTrainCommand implements Runnable {
    @Mixin
    private final BenchOutcome outcome;

    @Mixin
    private BenchWork work = new BenchWork();

    @Option(names = "--steps", paramLabel = "N", description = "Steps that count (default: 8).")
    private int steps = 8;

    @Option(names = "--warmup", paramLabel = "N", description = "Steps before them (default: 3).")
    private int warmup = 3;

    @Option(
            names = "--busy-neighbour",
            description = "Measure again while another process keeps one core busy, and show the share kept.")
    private boolean busyNeighbour;

    BenchTrainCommand(BenchOutcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void run() {
        TrainRequest request = new TrainRequest(work.request(), warmup, steps, busyNeighbour);
        outcome.show(host -> new TrainBench(host, outcome.conditions(), request).run());
    }
}
