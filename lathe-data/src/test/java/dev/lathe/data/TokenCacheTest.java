package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kept tokens are the tokens that would be made again, or are made again. */
class TokenCacheTest {
    private static final int ROWS = 700;

    private final Path folder;
    private final Path kept;
    private final DataFolder data;

    TokenCacheTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.kept = folder.resolve("cache");
        this.data = new DataFolder(Files.createDirectories(folder.resolve("data"))).with("rows.jsonl", rows(1));
    }

    private static String rows(long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, ROWS)
                .mapToObj(i -> i % 50 == 7
                        ? "{\"instruction\": \"no answer\", \"output\": null}"
                        : "{\"instruction\": \"%d %s\", \"output\": \"%s\"}"
                                .formatted(i, "q".repeat(random.nextInt(9)), "a".repeat(random.nextInt(40))))
                .collect(Collectors.joining("\n"));
    }

    private LoadedData load(DataSettings settings, Letters letters, int threads) {
        return new DataPipeline(
                        letters.asEncoding("letters"),
                        new TokenCache.Folder(kept, new SafeFiles(Disk.real())),
                        threads,
                        DataProgress.NONE)
                .load(settings);
    }

    private static void same(LoadedData a, LoadedData b) {
        assertThat(DataFolder.texts(a.train())).isEqualTo(DataFolder.texts(b.train()));
        assertThat(IntStream.range(0, a.train().samples().size())
                        .mapToObj(i -> Letters.text(a.train().samples().get(i).labels())))
                .isEqualTo(IntStream.range(0, b.train().samples().size())
                        .mapToObj(i -> Letters.text(b.train().samples().get(i).labels()))
                        .toList());
        assertThat(a.train().report()).isEqualTo(b.train().report());
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(kept)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void keptEqualsMadeEqualsInMemoryWithAnyNumberOfThreads(int threads) {
        Letters letters = new Letters(false);
        LoadedData made = load(data.sft(), letters, threads);
        assertThat(letters.asked()).isEqualTo(ROWS - ROWS / 50);
        LoadedData again = load(data.sft(), letters, threads);
        assertThat(letters.asked()).as("nothing was tokenised again").isEqualTo(ROWS - ROWS / 50);
        same(made, again);
        same(made, data.load());
        assertThat(made.train().report().kept()).isEqualTo(ROWS - ROWS / 50);
        assertThat(made.train().report().dropped()).containsEntry(DropReason.NO_ANSWER, (long) (ROWS / 50));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsWithToolsAreMadeAnewWhenTheirPromptNamesAnotherDay(boolean tools) throws IOException {
        DataFolder rows = data.with(
                "rows.jsonl",
                "{\"instruction\": \"q\", \"output\": \"a\", \"tools\": \"[{\\\"name\\\": \\\"f\\\"}]\"}",
                ", \"columns\": {\"prompt\": \"instruction\", \"response\": \"output\"%s}"
                        .formatted(tools ? ", \"tools\": \"tools\"" : ""));
        Template template = Templates.byName("llama3");
        Tokenizer tokenizer = Tokenizer.load(Reference.file("models/stories260K/hf"));
        for (int day : new int[] {1, 2}) {
            ChatEncoder encoder =
                    new ChatEncoder(template, ChatEncoder.fix(template, tokenizer), LocalDate.of(2026, 1, day));
            TokenCache cache = new TokenCache.Folder(kept, new SafeFiles(Disk.real()));
            new DataPipeline(Encoding.of(encoder), cache, 1, DataProgress.NONE).load(rows.sft());
        }
        try (Stream<Path> files = Files.list(kept)) {
            assertThat(files).hasSize(tools ? 2 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void damageIsFoundAndMended(int seed) throws IOException {
        LoadedData whole = load(data.sft(), new Letters(false), 2);
        Path file = onlyFile();
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(seed);
        if (seed % 2 == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        } else {
            bytes = java.util.Arrays.copyOf(bytes, seed == 7 ? 0 : random.nextInt(bytes.length));
        }
        Files.delete(file); // a mapped file is not written over
        Files.write(file, bytes);
        Letters letters = new Letters(false);
        same(whole, load(data.sft(), letters, 2));
        assertThat(letters.asked()).isPositive();
        Letters after = new Letters(false);
        load(data.sft(), after, 2);
        assertThat(after.asked()).isZero();
    }

    @Test
    void whateverChangesIdsIsAnotherKey() throws IOException {
        Letters letters = new Letters(false);
        load(data.sft(), letters, 2);
        int first = letters.asked();
        data.with("rows.jsonl", rows(2));
        load(data.sft(), letters, 2);
        assertThat(letters.asked()).as("other content").isEqualTo(2 * first);
        data.with("rows.jsonl", rows(1), ", \"columns\": {\"prompt\": \"output\", \"response\": \"output\"}");
        load(data.sft(), letters, 2);
        assertThat(letters.asked()).as("other columns").isEqualTo(3 * first);
        new DataPipeline(
                        letters.asEncoding("another tokenizer"),
                        new TokenCache.Folder(kept, new SafeFiles(Disk.real())),
                        2,
                        DataProgress.NONE)
                .load(data.sft());
        assertThat(letters.asked()).as("another tokenizer").isEqualTo(4 * first);
    }

    @Test
    void aFullDiskIsSaidAndLeavesNothing() throws IOException {
        Disk full = file -> {
            WritableByteChannel real = Disk.real().create(file);
            return new WritableByteChannel() {
                private int written;

                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    written += bytes.remaining();
                    if (written > 3000) {
                        throw new IOException("No space left on device");
                    }
                    return real.write(bytes);
                }

                @Override
                public boolean isOpen() {
                    return real.isOpen();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        };
        assertThatThrownBy(() -> new DataPipeline(
                                Letters.encoding(),
                                new TokenCache.Folder(kept, new SafeFiles(full)),
                                2,
                                DataProgress.NONE)
                        .load(data.sft()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("No space left on device");
        try (Stream<Path> files = Files.list(kept)) {
            assertThat(files).isEmpty();
        }
        assertThat(folder).exists();
    }
}
