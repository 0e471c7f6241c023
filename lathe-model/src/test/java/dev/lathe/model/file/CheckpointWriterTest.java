package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointWriterTest {
    private final CheckpointWriter writer = new CheckpointWriter(new SafeFiles(Disk.real()));

    private final Path folder;

    CheckpointWriterTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** LLaMA-Factory 0.9.5 exported stories260K with these {@code export_size}s: same names, sizes and index. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0003", "0.001", "1"})
    void shardsAreTheReferences(String exportSize) throws IOException {
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/artifacts/exports.json"))
                .path("export_size")
                .path(exportSize);
        long bytes = new BigDecimal(exportSize).movePointRight(9).longValueExact();
        try (WeightFile model = Checkpoint.open(Reference.file("models/stories260K/hf"))) {
            List<TensorSource> tensors =
                    model.names().stream().map(model::get).map(TensorSource::of).toList();
            writer.write(folder, tensors, bytes);
            assertThat(sizes()).isEqualTo(Json.MAPPER.convertValue(golden.path("files"), Map.class));
            Path index = folder.resolve("model.safetensors.index.json");
            if (golden.path("index").isObject()) {
                assertThat(Json.read(index)).isEqualTo(golden.path("index"));
            } else {
                assertThat(index).doesNotExist();
            }
            try (WeightFile written = Checkpoint.open(folder)) {
                assertThat(written.names()).containsExactlyInAnyOrderElementsOf(model.names());
                for (String name : model.names()) {
                    assertThat(written.get(name).data().mismatch(model.get(name).data()))
                            .as(name)
                            .isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void weightsOfAnEarlierModelAreRemoved() throws IOException {
        List<TensorSource> three =
                Stream.of("a", "b", "c").map(CheckpointWriterTest::tensor).toList();
        writer.write(folder, three, 4);
        Files.writeString(folder.resolve("config.json"), "{}");
        writer.write(folder, three, 8);
        assertThat(sizes().keySet())
                .containsExactlyInAnyOrder(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        writer.write(folder, three, 100);
        assertThat(sizes().keySet()).containsExactlyInAnyOrder("config.json", "model.safetensors");
    }

    @Test
    void layerTwoComesBeforeLayerTen() {
        List<String> names = new ArrayList<>(List.of(
                "model.norm",
                "model.layers.10.a",
                "model.layers.2.b",
                "model.layers.2.a",
                "model.layers.02",
                "1.x",
                "a"));
        names.sort(new NaturalOrder());
        assertThat(names)
                .containsExactly(
                        "1.x",
                        "a",
                        "model.layers.02",
                        "model.layers.2.a",
                        "model.layers.2.b",
                        "model.layers.10.a",
                        "model.norm");
    }

    private static TensorSource tensor(String name) {
        return new TensorSource(new TensorSpec(name, DType.F32, 1), () -> MemorySegment.ofArray(new byte[4]));
    }

    private Map<String, Integer> sizes() throws IOException {
        Map<String, Integer> sizes = new java.util.HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sizes.put(file.getFileName().toString(), (int) Files.size(file));
            }
        }
        return sizes;
    }
}
