package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    private final SafetensorsWriter writer = new SafetensorsWriter(new SafeFiles(Disk.real()));

    private final Path folder;

    SafetensorsWriterTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsWrittenIsRead(long seed) {
        List<TensorSource> tensors = RandomTensors.of(seed);
        Path file = folder.resolve("t.safetensors");
        Map<String, String> metadata = seed % 2 == 0 ? Map.of() : Map.of("format", "pt", "näme", "\"\n");
        writer.write(file, tensors, metadata);
        try (WeightFile read = Safetensors.open(file)) {
            assertThat(read.metadata()).isEqualTo(metadata);
            assertThat(read.names())
                    .containsExactlyInAnyOrderElementsOf(
                            tensors.stream().map(tensor -> tensor.spec().name()).toList());
            for (TensorSource tensor : tensors) {
                StoredTensor got = read.get(tensor.spec().name());
                assertThat(got.dtype()).isEqualTo(tensor.spec().dtype());
                assertThat(got.shape()).isEqualTo(tensor.spec().shape());
                assertThat(got.data().mismatch(tensor.data().get())).isEqualTo(-1);
            }
        }
    }

    /** Files written by the safetensors library (0.8): the same tensors, in any order, give the same bytes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "train/models/llama/model.safetensors",
                "train/artifacts/adapter_lora/adapter_model.safetensors",
                "train/artifacts/adapter_dora/adapter_model.safetensors",
                "quant/checkpoints/bnb-4bit/model.safetensors",
                "quant/checkpoints/bnb-8bit/model.safetensors",
                "quant/checkpoints/hqq-4bit-g64-axis1/model.safetensors",
                "quant/compressed-tensors/extra.safetensors",
                "quant/aqlm/matrices.safetensors"
            })
    void bytesAreTheLibrarys(String golden) throws IOException {
        Path theirs = Reference.file("reference/goldens/" + golden);
        Path ours = folder.resolve("t.safetensors");
        try (WeightFile file = Safetensors.open(theirs)) {
            List<TensorSource> tensors = new ArrayList<>(
                    file.names().stream().map(file::get).map(TensorSource::of).toList());
            Collections.shuffle(tensors, new Random(1));
            writer.write(ours, tensors);
        }
        assertThat(Files.mismatch(theirs, ours)).isEqualTo(-1);
    }

    @Test
    void tensorsBeyondOneChunkAreWhole() {
        byte[] bytes = new byte[(2 << 20) + 7];
        new Random(2).nextBytes(bytes);
        Path file = folder.resolve("large.safetensors");
        TensorSpec spec = new TensorSpec("x", DType.U8, bytes.length);
        writer.write(file, List.of(new TensorSource(spec, () -> MemorySegment.ofArray(bytes))));
        try (WeightFile read = Safetensors.open(file)) {
            assertThat(read.get("x").data().mismatch(MemorySegment.ofArray(bytes)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void onlyOneTensorAtATimeIsAskedFor() {
        List<String> asked = new ArrayList<>();
        MemorySegment shared = MemorySegment.ofArray(new byte[8]);
        List<TensorSource> tensors = List.of(
                new TensorSource(new TensorSpec("b", DType.F32, 2), () -> filled(shared, 'b', asked)),
                new TensorSource(new TensorSpec("a", DType.I64), () -> filled(shared, 'a', asked)));
        Path file = folder.resolve("t.safetensors");
        writer.write(file, tensors);
        assertThat(asked).containsExactly("a", "b");
        try (WeightFile read = Safetensors.open(file)) {
            assertThat(read.get("a").data().get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 'a');
            assertThat(read.get("b").data().get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 'b');
        }
    }

    private static MemorySegment filled(MemorySegment segment, char with, List<String> asked) {
        asked.add(String.valueOf(with));
        return segment.fill((byte) with);
    }

    @Test
    void aFullDiskLeavesWhatStoodThere() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        SafetensorsWriter full = new SafetensorsWriter(
                new SafeFiles(path -> new FullAfter(100, Disk.real().create(path))));
        TensorSpec spec = new TensorSpec("x", DType.F32, 100);
        assertThatThrownBy(() ->
                        full.write(file, List.of(new TensorSource(spec, () -> MemorySegment.ofArray(new byte[400])))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("No space left");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void mistakesOfTheCallerAreNotWritten() {
        TensorSource x = new TensorSource(new TensorSpec("x", DType.F32, 1), () -> MemorySegment.ofArray(new byte[8]));
        assertThatThrownBy(() -> writer.write(folder.resolve("a"), List.of(x, x)))
                .hasMessageContaining("two tensors are named x");
        assertThatThrownBy(() -> writer.write(folder.resolve("a"), List.of(x)))
                .hasMessageContaining("needs 4 bytes, but 8 were given");
    }

    private record FullAfter(long limit, WritableByteChannel out) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (bytes.remaining() > limit) {
                throw new IOException("No space left on device");
            }
            return out.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
