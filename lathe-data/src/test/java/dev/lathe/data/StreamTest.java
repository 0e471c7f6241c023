package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A stream gives the rows of the files in the reference's order, and goes on wherever it was left. */
class StreamTest {
    private final Path folder;

    StreamTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(
                folder.resolve("dataset_info.json"),
                "{\"a\": {\"file_name\": \"a.jsonl\"}, \"b\": {\"file_name\": \"b.jsonl\"}}");
        rows("a", 10);
        rows("b", 6);
    }

    private void rows(String set, int count) throws IOException {
        List<String> lines = IntStream.range(0, count)
                .mapToObj(
                        i -> "{\"instruction\": \"%s%d\", \"output\": \"%s\"}".formatted(set, i, "y".repeat(1 + i % 5)))
                .toList();
        Files.write(folder.resolve(set + ".jsonl"), lines);
    }

    private DataSettings settings(String... sets) {
        return DataSettings.of(DataSettings.Stage.SFT, folder, List.of(sets));
    }

    private static LoadedData open(DataSettings settings, Streaming streaming) {
        return new DataPipeline(Letters.encoding(), new TokenCache.None(), 2, DataProgress.NONE)
                .stream(settings, streaming);
    }

    private static StreamedSamples stream(DataSettings settings, Streaming streaming) {
        return (StreamedSamples) open(settings, streaming).train().samples();
    }

    private static List<String> texts(StreamedSamples samples, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Letters.text(samples.get(i).inputIds()))
                .toList();
    }

    /** The instructions of some samples: {@code a3}. */
    private static List<String> names(StreamedSamples samples, int count) {
        return texts(samples, 0, count).stream()
                .map(text -> text.replaceAll(".*?([ab]\\d).*", "$1").strip())
                .toList();
    }

    /** interleave_once is datasets 4.8.5's, whose later epochs draw in another way where there are shares. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            interleave_once  |         | a0 b1 a1 b0 b3 b2 a2 a3 a5 a6 b5 b4 a4 a7 a9 a8 a1 b0 a0 a2 b2 a4 b3 b1 a5 b5 a7 a3 a9 a6 a8 b4 b0 a2 a1 b1 b3 a4 a3 b4 a0 a5 b5 b2 a6 a9 a7 a8
            interleave_once  | 0.3 0.7 | b0 b3 b2 b1 a1 b4 a0 b5 a4 a6 a5 a3 a2 a7 a9 a8
            """)
    void givesEachRowOnce(String strategy, @Nullable String shares, String order) {
        mixesAndShufflesAsTheReferenceDoesInEveryEpoch(strategy, shares, order);
    }

    /** Orders from datasets 4.0.0 with numpy 2.4.6: mixed, shuffle(buffer_size=4, seed=42), then set_epoch(0), (1), (2). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            concat           |         | b0 b3 b2 b1 a1 b5 b4 a0 a4 a6 a5 a3 a2 a7 a9 a8 a2 a1 a0 a4 a5 a8 a7 a3 b0 b1 b3 a6 b5 b2 b4 a9 a1 a4 a2 a3 a7 a8 a6 a9 a0 b0 b1 a5 b2 b5 b3 b4
            interleave_under |         | a0 b1 a1 b0 b3 b2 a2 a3 a4 a5 b4 b5 a1 b0 a0 a2 b2 a4 b3 b1 a3 a5 b5 b4
            interleave_under | 0.3 0.7 | b0 b3 b2 b1 a0 b4 b5 a0 b1 b0 b3 a1 b4 a2 b2 b5
            interleave_over  |         | a0 b1 a1 b0 b3 b2 a2 a3 a5 a6 b5 b4 a7 b1 a8 a4 b0 b2 a9 a1 b0 a0 a2 b2 a4 b3 b1 a5 b5 b0 a3 a6 a8 a7 b1 b2 a9 b4
            interleave_over  | 0.3 0.7 | b0 b3 b2 b1 b0 b4 a0 b5 b2 b4 b3 b1 b0 a2 b1 a3 b2 b5 b3 a1 b4 b1 b5 b0 a5 b2 a4 a6 b4 b5 b2 b3 a7 b1 b0 b3 a8 a9 b4 a0 b1 b0 b3 a1 b5 a2 b2 b1 b2 a3 b4 b3 b5 a4 b4 b0 a6 b0 b3 b1 b2 b5 a7 b4 b1 b0 a5 a9 b2 a8
            """)
    void mixesAndShufflesAsTheReferenceDoesInEveryEpoch(String strategy, @Nullable String shares, String order) {
        List<Double> probabilities = shares == null
                ? List.of()
                : Arrays.stream(shares.split(" ")).map(Double::valueOf).toList();
        Mixing mixing = Mixing.named(strategy, probabilities);
        DataSettings settings = with(settings("a", "b"), mixing, Optional.empty(), 4, DataSettings.Stage.SFT, 42);
        List<String> expected = List.of(order.split(" "));
        try (StreamedSamples samples = stream(settings, new Streaming(4, true, 99))) {
            assertThat(names(samples, expected.size())).isEqualTo(expected);
        }
    }

    @Test
    void unshuffledRowsComeAsTheyStand() {
        try (StreamedSamples samples = stream(settings("b", "a"), new Streaming(4, false, 99))) {
            assertThat(names(samples, 18))
                    .containsExactly(
                            "b0", "b1", "b2", "b3", "b4", "b5", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8",
                            "a9", "b0", "b1");
        }
    }

    static Stream<UnaryOperator<DataSettings>> kinds() {
        return Stream.of(
                s -> s,
                s -> with(s, new Mixing.Concat(), Optional.of(true), 5, DataSettings.Stage.SFT, 7),
                s -> with(s, new Mixing.Concat(), Optional.empty(), 7, DataSettings.Stage.PT, 7),
                s -> with(s, Mixing.named("interleave_under", List.of(0.3, 0.7)), Optional.empty(), 4, s.stage(), 7),
                s -> with(s, Mixing.named("interleave_over", List.of()), Optional.of(true), 3, s.stage(), 7),
                s -> with(s, Mixing.named("interleave_once", List.of(0.3, 0.7)), Optional.empty(), 4, s.stage(), 7));
    }

    private static DataSettings with(
            DataSettings s, Mixing mixing, Optional<Boolean> packing, int batch, DataSettings.Stage stage, long seed) {
        return new DataSettings(
                stage,
                s.datasets(),
                List.of(),
                false,
                s.datasetDir(),
                stage == DataSettings.Stage.PT ? 5 : 40,
                false,
                false,
                packing,
                false,
                mixing,
                OptionalInt.empty(),
                new HoldOut.Nothing(),
                true,
                batch,
                1,
                false,
                seed);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void resumedAnywhereEqualsReadThrough(UnaryOperator<DataSettings> kind) throws IOException {
        DataSettings settings = kind.apply(settings("a", "b"));
        Streaming streaming = new Streaming(5, true, 1000);
        int count = 40; // several epochs
        List<StreamPosition> places = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        try (StreamedSamples samples = stream(settings, streaming)) {
            for (int i = 0; i < count; i++) {
                places.add(samples.position());
                whole.add(Letters.text(samples.get(i).inputIds()));
            }
            places.add(samples.position());
        }
        assertThat(places.getLast().epoch()).isPositive();
        for (int at = 0; at < count; at += 3) {
            Path kept = Files.writeString(
                    folder.resolve("place.json"), places.get(at).json());
            try (StreamedSamples samples = stream(settings, streaming)) {
                samples.resume(StreamPosition.read(kept));
                assertThat(texts(samples, at, count)).as("from %d", at).isEqualTo(whole.subList(at, count));
                assertThat(samples.position()).isEqualTo(places.getLast());
            }
        }
    }

    @Test
    void heldRowsAreNeverTrained() {
        DataSettings s = settings("a");
        DataSettings settings = new DataSettings(
                s.stage(),
                s.datasets(),
                List.of(),
                false,
                folder,
                64,
                false,
                false,
                Optional.empty(),
                false,
                s.mixing(),
                OptionalInt.empty(),
                new HoldOut.Count(3),
                true,
                4,
                1,
                false,
                42);
        LoadedData data = open(settings, new Streaming(100, true, 99));
        List<String> held = DataFolder.texts(data.evaluation().getFirst());
        try (StreamedSamples samples = (StreamedSamples) data.train().samples()) {
            List<String> trained = texts(samples, 0, 21);
            assertThat(held).hasSize(3);
            assertThat(trained).doesNotContainAnyElementsOf(held);
            assertThat(trained.subList(7, 14)).isEqualTo(trained.subList(0, 7));
            assertThat(samples.report().orElseThrow().rows()).isGreaterThanOrEqualTo(21);
        }
    }

    @Test
    void whatAStreamCannotDoIsRefused() throws IOException {
        Files.writeString(
                folder.resolve("dataset_info.json"), "{\"a\": {\"file_name\": \"a.jsonl\", \"num_samples\": 3}}");
        assertThatThrownBy(() -> stream(settings("a"), new Streaming(4, true, 9)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("num_samples");
    }

    @Test
    void aStreamOfRowsWithoutAnswersEnds() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"instruction\": \"q\", \"output\": null}\n".repeat(9));
        try (StreamedSamples samples = stream(settings("a"), new Streaming(4, true, 9))) {
            assertThatThrownBy(() -> samples.get(0))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("no sample is left: 9 rows, 0 kept, dropped: 9 no answer");
        }
    }

    @Test
    void brokenRowsAndMissingColumnsAreErrorsWithTheirPlace() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"instruction\": \"q\", \"output\": \"a\"}\n{\"instruction");
        try (StreamedSamples samples = stream(settings("a"), new Streaming(4, true, 9))) {
            assertThatThrownBy(() -> samples.get(0))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("a.jsonl line 2");
        }
        Files.writeString(folder.resolve("a.jsonl"), "{\"instruction\": \"q\", \"answer\": \"a\"}\n");
        try (StreamedSamples samples = stream(settings("a"), new Streaming(4, true, 9))) {
            assertThatThrownBy(() -> samples.get(0))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("has no column `output`; its columns are [answer, instruction]");
        }
    }
}
