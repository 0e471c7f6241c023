package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files of a repository are a split, and that no other is fetched. */
class HubDatasetTest {
    private static final String CARD = """
            ---
            license: mit
            configs:
            - config_name: main
              default: true
              data_files:
              - split: train
                path: main/part-*
              - split: test
                path: [main/held.jsonl, more/held.jsonl]
            - config_name: socratic
              data_dir: other
            - config_name: single
              data_files: main/held.jsonl
            ---
            # A card
            """;

    private final Path folder;
    private final List<String> fetched = new ArrayList<>();

    HubDatasetTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private void holds(String... names) throws IOException {
        for (String name : names) {
            Path file = folder.resolve(name);
            Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(folder));
            Files.writeString(file, "{\"instruction\": \"q\", \"output\": \"%s\"}\n".formatted(name));
        }
    }

    private DatasetHub hub() {
        return (name, revision) -> new DatasetHub.Repository() {
            @Override
            public Collection<String> names() {
                try (Stream<Path> all = Files.walk(folder)) {
                    return all.filter(Files::isRegularFile)
                            .map(file -> folder.relativize(file).toString())
                            .toList();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public List<Path> fetch(List<String> names) {
                fetched.addAll(names);
                return names.stream().map(folder::resolve).toList();
            }
        };
    }

    private List<String> files(Optional<String> subset, String split, Optional<String> inside) {
        fetched.clear();
        new HubDataset("org/set", "main", subset, List.of(split.split("\\+")), inside).files(hub());
        fetched.remove("README.md");
        return fetched;
    }

    private List<String> files(String split) {
        return files(Optional.empty(), split, Optional.empty());
    }

    private void refused(Optional<String> subset, String split, String reason) {
        assertThatThrownBy(() -> files(subset, split, Optional.empty()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(reason);
    }

    @Test
    void shardsBelowDataAreSplitsByName() throws IOException {
        holds("data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl", "data/test-00000-of-00001.jsonl");
        holds("train.jsonl", ".gitattributes");
        assertThat(files("train"))
                .containsExactly("data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl");
        assertThat(files("test")).containsExactly("data/test-00000-of-00001.jsonl");
        assertThat(files("test+train")).hasSize(3).startsWith("data/test-00000-of-00001.jsonl");
        assertThat(files(Optional.empty(), "train", Optional.of("data"))).hasSize(2);
    }

    @Test
    void otherwiseWordsInNamesTell() throws IOException {
        holds("my_train.csv", "valid/a.csv", "test-2.csv", "contest.csv", "README.md");
        assertThat(files("train")).containsExactly("my_train.csv");
        assertThat(files("validation")).containsExactly("valid/a.csv");
        assertThat(files("test")).containsExactly("test-2.csv");
        refused(Optional.empty(), "extra", "split `extra` has no files that can be read; the repository holds");
    }

    @Test
    void withoutAnySuchWordAllIsForTraining() throws IOException {
        holds("b.json", "a.json", "note.txt", "sub/c.json", "picture.png", "README.md");
        assertThat(files("train")).containsExactly("a.json", "b.json", "sub/c.json");
        assertThat(files(Optional.empty(), "train", Optional.of("sub/"))).containsExactly("sub/c.json");
        refused(Optional.of("x"), "train", "subset: `x` is not there; its card describes none");
    }

    @Test
    void theCardDescribesSubsetsAndSplits() throws IOException {
        holds("main/part-1.jsonl", "main/part-2.jsonl", "main/held.jsonl", "more/held.jsonl", "other/a.jsonl");
        Files.writeString(folder.resolve("README.md"), CARD);
        assertThat(files("train")).containsExactly("main/part-1.jsonl", "main/part-2.jsonl");
        assertThat(files("test")).containsExactly("main/held.jsonl", "more/held.jsonl");
        assertThat(files(Optional.of("socratic"), "train", Optional.empty())).containsExactly("other/a.jsonl");
        assertThat(files(Optional.of("single"), "train", Optional.empty())).containsExactly("main/held.jsonl");
        refused(Optional.of("x"), "train", "its card describes main, socratic, single");
        refused(Optional.empty(), "validation", "split: `validation` is not there; its card describes train, test");
        Files.writeString(folder.resolve("README.md"), CARD.replace("  default: true\n", ""));
        refused(Optional.empty(), "train", "subset: one must be named; its card describes main, socratic, single");
        Files.writeString(folder.resolve("README.md"), "---\nconfigs: [\n---\n");
        refused(Optional.empty(), "train", "its card (README.md) cannot be read");
    }

    @Test
    void entriesNameThem() throws IOException {
        holds("train.jsonl");
        Path local = Files.createDirectory(folder.resolve("local"));
        Files.writeString(local.resolve("dataset_info.json"), "{\"mine\": {\"hf_hub_url\": \"org/set\"}}");
        Files.copy(local.resolve("dataset_info.json"), folder.resolve("dataset_info.json"));
        for (String dir : List.of(local.toString(), "ONLINE", "REMOTE:org/info")) {
            String name = dir.equals("ONLINE") ? "org/set" : "mine";
            LoadedData data = new DataPipeline(Letters.encoding(), new TokenCache.None(), hub(), 1, DataProgress.NONE)
                    .load(DataSettings.of(DataSettings.Stage.SFT, Path.of(dir), List.of(name)));
            assertThat(DataFolder.texts(data.train()))
                    .singleElement()
                    .asString()
                    .contains("train.jsonl");
        }
        Files.writeString(folder.resolve("dataset_info.json"), "{\"mine\": {\"file_name\": \"/etc/hostname\"}}");
        assertThatThrownBy(
                        () -> DatasetInfo.in(Path.of("REMOTE:org/info"), hub()).entry("mine"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("must not name files of this machine");
    }
}
