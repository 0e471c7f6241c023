package dev.lathe.cli;

import dev.lathe.bench.measure.GenerateBench;
import dev.lathe.bench.measure.GenerateRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lathe bench generate}. */
@Command(
        name = "generate",
        description = "Generation: tokens a second of prompt and answer, and which share that is of what reading the"
                + " weights once a token allows.")
final class BenchGenerateCommand implements Runnable {
    @Mixin
    private final BenchOutcome outcome;

    @Mixin
    private BenchWork work = new BenchWork();

    @Option(names = "--prompt", paramLabel = "N", description = "Tokens of the prompt (default: 512).")
    private int prompt = 512;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of the answer (default: 64).")
    private int tokens = 64;

    @Option(
            names = "--streams",
            paramLabel = "N,N",
            split = ",",
            description =
                    "Also write so many texts at once, such as 1,8,32; their prompts have an eighth of the tokens.")
    private List<Integer> streams = List.of();

    @Option(names = "--int8", description = "Also measure the model with weights in 8 bits (infer_weights: int8).")
    private boolean int8;

    BenchGenerateCommand(BenchOutcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void run() {
        GenerateRequest request = new GenerateRequest(work.request(), prompt, tokens, streams, int8);
        outcome.show(host -> new GenerateBench(host, outcome.conditions(), request).run());
    }
}
