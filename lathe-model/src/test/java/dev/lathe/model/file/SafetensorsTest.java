package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.base.Disk;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
    private final Path folder;

    SafetensorsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static LongStream seeds() {
        return LongStream.range(0, 10);
    }

    @Test
    void readsTheReferenceModel() {
        try (WeightFile file = Safetensors.open(Reference.file("models/stories260K/hf/model.safetensors"))) {
            assertThat(file.names()).hasSize(47).contains("model.norm.weight");
            assertThat(file.metadata()).containsEntry("format", "pt");
            StoredTensor norm = file.get("model.norm.weight");
            assertThat(norm.dtype()).isEqualTo(DType.F32);
            assertThat(norm.shape()).containsExactly(64);
            double sum = 0;
            for (long i = 0; i < 64; i++) {
                sum += norm.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i);
            }
            // From goldens/train/artifacts/exports.json: merging leaves the norms as they are.
            assertThat(sum).isCloseTo(115.952762, within(1e-4));
        }
    }

    @Test
    void everyTruncationIsSaid() throws IOException {
        byte[] whole = small(3);
        for (int length = 0; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(file))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("t.safetensors");
        }
    }

    @Test
    void aCutOffDownloadIsNamedWithItsSizes() throws IOException {
        TensorSpec spec = new TensorSpec("x", DType.U8, 3000);
        new SafetensorsWriter(new SafeFiles(Disk.real()))
                .write(
                        folder.resolve("t.safetensors"),
                        List.of(new TensorSource(spec, () -> MemorySegment.ofArray(new byte[3000]))));
        byte[] whole = Files.readAllBytes(folder.resolve("t.safetensors"));
        assertThatThrownBy(() -> Safetensors.open(file(Arrays.copyOf(whole, 2048))))
                .hasMessageEndingWith("t.safetensors: its header says 3,104 bytes, the file has 2,048:"
                        + " the download was cut off. Delete the file and fetch it again.");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedHeadersAreErrorsOrFilesThatCanBeRead(long seed) throws IOException {
        byte[] whole = small(seed);
        Random random = new Random(seed);
        int header =
                8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        for (int round = 0; round < 100; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                damaged[random.nextInt(header)] = (byte)
                        (random.nextBoolean() ? random.nextInt(256) : "0129-[]{}\",:e.".charAt(random.nextInt(14)));
            }
            readAll(file(damaged));
        }
    }

    private static void readAll(Path path) {
        try (WeightFile file = Safetensors.open(path)) {
            for (String name : file.names()) {
                StoredTensor tensor = file.get(name);
                assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE))
                        .hasSize((int) tensor.spec().bytes());
            }
        } catch (UserError e) {
            assertThat(e).hasMessageContaining("t.safetensors");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | not a JSON object",
                "{\"a\":1} | of type",
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[16],\"data_offsets\":[0,8]}} | tensor a is of type \"F4\"",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[-8],\"data_offsets\":[0,8]}} | shape of tensor a are not natural",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8.0],\"data_offsets\":[0,8]}} | shape of tensor a are not natural",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8e99999999],\"data_offsets\":[0,8]}} | shape of tensor a are not natural",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":8,\"data_offsets\":[0,8]}} | shape of tensor a are not natural",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,8]}} | needs 32 bytes, but has 8",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,3],\"data_offsets\":[0,8]}} | out of all bounds",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[8,0]}} | not a start and an end",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0]}} | not a start and an end",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[9223372036854775799,9223372036854775807]}} | out of all bounds",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}} | there is a gap",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[6],\"data_offsets\":[2,8]}} | tensors overlap",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} | written behind its end",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}} | the download was cut off",
                "{\"__metadata__\":{\"format\":1}} | other than text at format",
                "{\"__metadata__\":[]} | __metadata__ in its header is not an object",
                "{\"a\":1,\"a\":1} | malformed JSON",
                "{} {} | malformed JSON"
            })
    void wrongHeadersAreRefused(String header, String reason) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        assertThatThrownBy(() -> Safetensors.open(file(file.array())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(reason);
    }

    @Test
    void filesThatAreSomethingElseAreRefused() throws IOException {
        Path text = file("this is a text file, with more than eight bytes".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Safetensors.open(text)).hasMessageContaining("not a safetensors file");
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("none"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Safetensors.open(folder)).hasMessageContaining("is a folder");
    }

    @Test
    void aMissingTensorIsAnsweredWithTheNearest() {
        try (WeightFile file = Safetensors.open(Reference.file("models/stories260K/hf/model.safetensors"))) {
            assertThatThrownBy(() -> file.get("model.layers.0.self_attn.qproj.weight"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(
                            "has no tensor model.layers.0.self_attn.qproj.weight; the nearest it has: model.layers.0.self_attn.q_proj.weight,");
        }
    }

    private byte[] small(long seed) throws IOException {
        Path file = folder.resolve("small.safetensors");
        new SafetensorsWriter(new SafeFiles(Disk.real())).write(file, RandomTensors.of(seed));
        return Files.readAllBytes(file);
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("t.safetensors"), bytes);
    }
}
