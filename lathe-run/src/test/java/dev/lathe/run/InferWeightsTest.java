package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.model.Generation;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.model.Sampling;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled model, in 8 bits and with many questions at once. */
class InferWeightsTest {
    private static final List<String> TEXTS = List.of(
            "Mira", "Mira is a baker. She", "Who are you?", "A", "What is the capital of Brightland? The answer");

    @TempDir
    private Path folder = Path.of("");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Host host() {
        Map<String, String> environment =
                Map.of("LATHE_CACHE", folder.resolve("cache").toString(), "OMP_NUM_THREADS", "2");
        return Host.ofProcess(environment, new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private static Configuration seedling(Command command, String... more) {
        List<String> keys = new ArrayList<>(List.of("model_name_or_path=lathe:seedling", "infer_dtype=float32"));
        keys.addAll(List.of(more));
        return Configuration.read(command, keys, Map.of());
    }

    @Test
    void answersTogetherAreThoseOneByOne() {
        new ModelTrial(host(), seedling(Command.SCORE)).loaded(loaded -> {
            Generator generator = new Generator(loaded.decoder(), host().clock());
            Set<Integer> stops = Set.copyOf(loaded.model().spec().eos());
            List<GenerationRequest> requests = TEXTS.stream()
                    .map(text -> loaded.model().tokenizer().encodeWithSpecialTokens(text))
                    .map(ids -> new GenerationRequest(ids, 24, Integer.MAX_VALUE, stops, Sampling.GREEDY))
                    .toList();
            List<Generation> together = generator.generateAll(requests, 3, (request, id) -> {}, () -> false);
            for (int i = 0; i < requests.size(); i++) {
                try (KvCache cache = KvCache.of(loaded.decoder().spec())) {
                    Generation alone = generator.generate(requests.get(i), cache, id -> {}, () -> false);
                    assertThat(together.get(i).ids()).isEqualTo(alone.ids()).isNotEmpty();
                    assertThat(together.get(i).reason()).isEqualTo(alone.reason());
                }
            }
            return loaded;
        });
    }

    @Test
    void aChatSaysWhatEightBitsChange() {
        new Chat(host(), seedling(Command.CHAT, "template=chatml", "infer_weights=int8", "do_sample=false"))
                .run(new StringReader("Who are you?\n"));
        Matcher words = Pattern.compile("Weights in 8 bits: .*at most (\\S+), by (\\S+) on average, mean KL (\\S+), "
                        + "the likeliest token is the same at (\\d+) of (\\d+) positions")
                .matcher(said.toString(StandardCharsets.UTF_8));
        assertThat(words.find()).isTrue();
        double most = Double.parseDouble(words.group(1));
        double mean = Double.parseDouble(words.group(2));
        assertThat(most).isBetween(1e-3, 2.0);
        assertThat(mean).isBetween(1e-4, most);
        assertThat(Double.parseDouble(words.group(3))).isBetween(0.0, 0.01);
        assertThat(Integer.parseInt(words.group(4))).isGreaterThan(Integer.parseInt(words.group(5)) * 9 / 10);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("Seedling");
    }

    /** A packed embedding is no tensor that the step of generation could point at. */
    @Test
    void aChatWithAPackedEmbeddingAnswersAsBefore() {
        new Chat(
                        host(),
                        seedling(
                                Command.CHAT,
                                "template=chatml",
                                "quantization_bit=8",
                                "quantize_embedding=int8",
                                "do_sample=false"))
                .run(new StringReader("Who are you?\n"));
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("Embedding in int8")
                .contains("I am Seedling");
    }

    @Test
    void roundingTwiceIsRefused() {
        Configuration twice =
                seedling(Command.SCORE, "infer_weights=int8", "quantization_bit=8", "quantization_method=hqq");
        assertThatThrownBy(() -> new ModelTrial(host(), twice).loaded(loaded -> loaded))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("infer_weights: int8")
                .hasMessageContaining("quantization_bit");
    }
}
