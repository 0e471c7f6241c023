package dev.lathe.cli;

import dev.lathe.bench.measure.ModelRequest;
import dev.lathe.bench.measure.SizeTable;
import dev.lathe.bench.report.Measurement;
import dev.lathe.run.Host;
import dev.lathe.run.ModelTrial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lathe bench size}. */
@Command(name = "size", description = "What a model's weights take in each kind of storage. No weights are read.")
final class BenchSizeCommand implements Runnable {
    @Mixin
    private final BenchOutcome outcome;

    @Mixin
    private BenchWork work = new BenchWork();

    BenchSizeCommand(BenchOutcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void run() {
        ModelRequest request = work.request();
        outcome.show(host -> measure(host, request));
    }

    private Measurement measure(Host host, ModelRequest request) {
        return new ModelTrial(host, request.configuration(host.environment()))
                .opened(model -> SizeTable.of(
                        model.name(), model.spec(), Measurement.timestamp(host.clock()), outcome.conditions()));
    }
}
