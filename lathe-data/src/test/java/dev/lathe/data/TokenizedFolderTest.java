package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Saved and loaded samples are those that were never saved. */
class TokenizedFolderTest {
    private static final SafeFiles FILES = new SafeFiles(Disk.real());

    private final Path folder;
    private final TokenizedFolder kept;

    TokenizedFolderTest(@TempDir Path folder) {
        this.folder = folder;
        this.kept = new TokenizedFolder(folder.resolve("kept"));
    }

    private LoadedData data(DataSettings.Stage stage, Optional<Boolean> packing, boolean neat) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 5000; i++) { // more than a block of facts
            rows.append("{\"instruction\": \"q\", \"output\": \"")
                    .append("ab".repeat(i % 7))
                    .append("\"}\n");
        }
        new DataFolder(folder).with("rows.jsonl", rows.toString());
        return DataFolder.load(new DataSettings(
                stage,
                List.of("rows"),
                List.of(),
                false,
                folder,
                30,
                false,
                false,
                packing,
                neat,
                new Mixing.Concat(),
                OptionalInt.empty(),
                new HoldOut.Count(29),
                true,
                1000,
                1,
                false,
                42));
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(DataSettings.Stage.SFT, Optional.empty(), false),
                Arguments.of(DataSettings.Stage.SFT, Optional.of(true), false),
                Arguments.of(DataSettings.Stage.SFT, Optional.empty(), true),
                Arguments.of(DataSettings.Stage.PT, Optional.empty(), false));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void savedAndLoadedEqualsNeverSaved(DataSettings.Stage stage, Optional<Boolean> packing, boolean neat) {
        LoadedData data = data(stage, packing, neat);
        assertThat(kept.exists()).isFalse();
        kept.save(data, FILES);
        LoadedData loaded = kept.load();
        assertThat(loaded.identity()).isEqualTo(data.identity());
        same(loaded.train(), data.train());
        same(loaded.evaluation().getFirst(), data.evaluation().getFirst());
    }

    private static void same(LoadedData.Set loaded, LoadedData.Set set) {
        assertThat(loaded.samples().size()).isEqualTo(set.samples().size());
        assertThat(loaded.report().tokens()).isEqualTo(set.report().tokens());
        assertThat(loaded.report().supervised()).isEqualTo(set.report().supervised());
        for (int i = 0; i < set.samples().size(); i++) {
            assertThat(loaded.samples().get(i))
                    .usingRecursiveComparison()
                    .isEqualTo(set.samples().get(i));
        }
    }

    @Test
    void whatIsNotItsOwnIsRefused() throws IOException {
        Files.createDirectory(kept.folder());
        Files.writeString(kept.folder().resolve("dataset_dict.json"), "{}");
        assertThatThrownBy(kept::load).isInstanceOf(UserError.class).hasMessageContaining("Lathe did not write it");
    }

    @Test
    void damageIsFound() throws IOException {
        kept.save(data(DataSettings.Stage.SFT, Optional.of(true), false), FILES);
        for (String name : List.of("train.tokens", "train.lengths", "evaluation-0.tokens")) {
            Path file = kept.folder().resolve(name);
            byte[] whole = Files.readAllBytes(file);
            byte[] damaged = whole.clone();
            damaged[whole.length / 2] ^= 4;
            Files.write(file, damaged);
            assertThatThrownBy(kept::load)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(name + " is damaged")
                    .hasMessageContaining("delete " + kept.folder());
            Files.write(file, whole);
        }
        Path index = kept.folder().resolve("lathe_tokens.json");
        Files.writeString(index, Files.readString(index).replace("\"train\",", "\"../train\","));
        assertThatThrownBy(kept::load)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lathe_tokens.json is damaged");
    }
}
