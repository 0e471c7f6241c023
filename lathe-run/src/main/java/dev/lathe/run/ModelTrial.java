package dev.lathe.run;

import dev.lathe.model.Decoder;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.ScoreRun;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.util.function.Function;

/** A model, opened for those who want to measure it. */
public final class ModelTrial {
    /**
     * A model whose weights are in place.
     *
     * @param compute element type of the arithmetic
     */
    public record Loaded(LoadedModel model, Decoder decoder, DType compute) {}

    private final Host host;
    private final ScoreRun run;

    /** @param configuration read for {@code score} */
    public ModelTrial(Host host, Configuration configuration) {
        this.host = host;
        this.run = ScoreRun.of(configuration);
    }

    /** Lets {@code use} see names and shapes; no weights are read. */
    public <T> T opened(Function<LoadedModel, T> use) {
        ModelChoice choice = choice();
        try (LoadedModel model = LoadedModel.open(choice.name(), choice.base())) {
            return use.apply(model);
        }
    }

    /** Lets {@code use} compute with the model as a chat would; libtorch is used from the calling thread. */
    public <T> T loaded(Function<Loaded, T> use) {
        Torch.start(host.threads());
        try (InferenceModel model = InferenceModel.answering(choice(), run.format(), run.weights())) {
            DType compute =
                    Arithmetic.inference(run.format(), model.model().spec().dtype());
            return use.apply(new Loaded(model.model(), model.decoder(), compute));
        }
    }

    private ModelChoice choice() {
        return ModelChoice.of(host, run.model(), run.trained());
    }
}
