package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final String INDEX = "model.safetensors.index.json";

    private final Path folder;

    CheckpointTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private void threeShards() {
        List<TensorSource> tensors = Stream.of("a", "b", "c")
                .map(name -> new TensorSource(
                        new TensorSpec(name, DType.U8, 4),
                        () -> MemorySegment.ofArray(new byte[] {(byte) name.charAt(0), 0, 0, 0})))
                .toList();
        new CheckpointWriter(new SafeFiles(Disk.real())).write(folder, tensors, 4);
    }

    @Test
    void shardsAreOneFile() {
        threeShards();
        try (WeightFile file = Checkpoint.open(folder)) {
            assertThat(file.names()).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(file.metadata()).containsEntry("format", "pt");
            assertThat(file.get("b").data().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'b');
            assertThatThrownBy(() -> file.get("d"))
                    .hasMessageContaining("has no tensor d; the nearest it has: a, b, c");
        }
    }

    @Test
    void missingAndBrokenShardsAreNamed() throws IOException {
        threeShards();
        Path second = folder.resolve("model-00002-of-00003.safetensors");
        byte[] bytes = Files.readAllBytes(second);
        Files.write(second, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model-00002-of-00003.safetensors: its header says")
                .hasMessageContaining("cut off");
        Files.delete(second);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("1 of its 3 shards are not there: model-00002-of-00003.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/etc/passwd", "sub/x.safetensors", "..", ".hidden", "a\\\\b", ""})
    void shardsOutsideTheFolderAreRefused(String file) throws IOException {
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\":{\"a\":\"%s\"}}".formatted(file));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not the name of a file beside it");
    }

    @Test
    void anIndexThatLiesIsRefused() throws IOException {
        threeShards();
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\":{\"a\":\"model-00002-of-00003.safetensors\"}}");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .hasMessageContaining("says that model-00002-of-00003.safetensors holds tensor a");
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\":[]}");
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("has no weight_map");
    }

    @Test
    void foldersWithoutReadableWeightsSayWhatToDo() throws IOException {
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("holds no weights");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none"))).hasMessageContaining("is not a folder");
        Files.writeString(folder.resolve("pytorch_model.bin"), "");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not executed here: convert it to safetensors");
    }

    @Test
    void anAdapterFolderIsOneToo() {
        Path adapter = folder.resolve("adapter_model.safetensors");
        TensorSpec spec = new TensorSpec("lora_A", DType.F32, 1);
        new SafetensorsWriter(new SafeFiles(Disk.real()))
                .write(adapter, List.of(new TensorSource(spec, () -> MemorySegment.ofArray(new byte[4]))));
        try (WeightFile file = Checkpoint.open(folder)) {
            assertThat(file.names()).containsExactly("lora_A");
        }
    }
}
