package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.Decoder;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.tensor.DType;
import dev.lathe.train.AdapterConfig;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Event;
import dev.lathe.train.Events;
import dev.lathe.train.Interval;
import dev.lathe.train.Keeping;
import dev.lathe.train.LanguageModeling;
import dev.lathe.train.LayerLoop;
import dev.lathe.train.MergedWeights;
import dev.lathe.train.Progress;
import dev.lathe.train.StoredAdapter;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was saved is what was trained: on the held-back rows it scores as the model did at the end of its training. */
class SavedModelTest {
    private static final String[] RUN = {
        "do_train=true",
        "do_eval=true",
        "val_size=4",
        "per_device_eval_batch_size=2",
        "learning_rate=0.05",
        "num_train_epochs=3"
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_rank=2",
                "lora_rank=3 lora_alpha=5 use_rslora=true lora_target=q_proj,down_proj",
                "lora_rank=2 additional_target=embed_tokens",
                "lora_rank=2 additional_target=lm_head,norm"
            })
    void anAdapterLoadedIsTheAdapterTrainedAndSoIsItsMerge(String keys, @TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 5, 13);
        Path output = temp.resolve("out");
        List<String> arguments = arguments(tiny, output, keys);
        Bench bench = new Bench(temp);
        double trained = lastLoss(bench.train(arguments));
        TokenizedData held = bench.data(arguments).evaluation().getFirst().samples();
        try (LoadedModel base = LoadedModel.open("tiny", tiny.model())) {
            List<String> linears = ModelShape.of(base.spec()).linears();
            Tuning loaded = Tuning.lora(
                    base,
                    DType.F32,
                    Matrices.HELD,
                    AdapterConfig.read(output, linears),
                    new StoredAdapter(Checkpoint.open(output), "out"));
            assertThat(loss(loaded.decoder(), held)).isEqualTo(trained);
            LoadedModel merged = MergedWeights.merge(base, output);
            assertThat(loss(frozen(merged), held)).isCloseTo(trained, within(1e-5 * trained));
            assertThat(loss(frozen(base), held))
                    .as("training changed something")
                    .isNotCloseTo(trained, within(1e-3));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "finetuning_type=full",
                "finetuning_type=freeze freeze_trainable_layers=1 freeze_extra_modules=norm"
            })
    void aModelLoadedIsTheModelTrained(String keys, @TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 5, 13);
        Path output = temp.resolve("out");
        List<String> arguments = arguments(tiny, output, keys);
        Bench bench = new Bench(temp);
        double trained = lastLoss(bench.train(arguments));
        try (LoadedModel saved = LoadedModel.open("saved", output)) {
            TokenizedData held = bench.data(arguments).evaluation().getFirst().samples();
            assertThat(loss(frozen(saved), held)).isEqualTo(trained);
        }
    }

    /** Template chatml ends answers with a token of its own: who serves the model learns it from its settings. */
    @Test
    void aSavedModelStopsWhereItsTemplateDoes(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 5, 9);
        Path output = temp.resolve("out");
        new Bench(temp).train(tiny.arguments(output, "finetuning_type=full", "template=chatml", "max_steps=1"));
        JsonNode tokenizer = Json.read(output.resolve("tokenizer_config.json"));
        int end = StreamSupport.stream(
                        Json.read(output.resolve("tokenizer.json"))
                                .path("added_tokens")
                                .spliterator(),
                        false)
                .filter(token -> token.path("content").equals(tokenizer.path("eos_token")))
                .findFirst()
                .orElseThrow()
                .path("id")
                .intValue();
        assertThat(Json.read(output.resolve("config.json")).path("eos_token_id").intValue())
                .isEqualTo(end);
        assertThat(Json.read(output.resolve("generation_config.json"))
                        .path("eos_token_id")
                        .toString())
                .isEqualTo("[" + end + ",258]");
    }

    private static List<String> arguments(TinyModel tiny, Path output, String keys) {
        return Bench.with(tiny.arguments(output, RUN), keys.split(" "));
    }

    private static double lastLoss(Heard heard) {
        return loss(heard.all(Event.Evaluated.class).getLast());
    }

    private static double loss(Event.Evaluated evaluated) {
        return evaluated.metrics().getOrDefault("eval_loss", Double.NaN);
    }

    private static Decoder frozen(LoadedModel model) {
        return Decoder.build(model.spec(), new FrozenModules(new Weights(model.weights(), model.name(), DType.F32)));
    }

    private static double loss(Decoder decoder, TokenizedData held) {
        List<Event> events = new ArrayList<>();
        new Evaluation(
                        List.of(new Evaluation.HeldBack("eval_", held)),
                        new Interval.Never(),
                        2,
                        new Events(List.of(events::add)),
                        () -> 0)
                .run(new Progress(0, 0, 0, 0, 0), new LayerLoop(decoder, new Keeping.Top(0)), new LanguageModeling());
        return loss((Event.Evaluated) events.getFirst());
    }
}
