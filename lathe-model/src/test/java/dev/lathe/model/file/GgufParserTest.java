package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufParserTest {
    private final Path folder;

    GgufParserTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static LongStream seeds() {
        return LongStream.range(0, 10);
    }

    /** All value types, a Q8_0 matrix and a vector. */
    private static GgufBytes small() {
        return new GgufBytes()
                .key("general.architecture", "llama")
                .key("byte", (byte) -3)
                .key("short", (short) -300)
                .key("unsigned", 7)
                .key("long", -5_000_000_000L)
                .key("float", 1e-5f)
                .key("double", 0.1)
                .key("flag", true)
                .key("texts", List.of("a", "größe", ""))
                .key("nested", List.of(List.of(1, 2), List.of(3)))
                .tensor("q", 8, new byte[68], 32, 2)
                .floats("v", new float[] {1, 2, 3}, 3);
    }

    @Test
    void everyKindOfValueIsRead() throws IOException {
        try (Gguf file = open(small().bytes());
                WeightFile tensors = file.tensors(DType.F32)) {
            assertThat(file.metadata())
                    .hasToString("{\"general.architecture\":\"llama\",\"byte\":-3,\"short\":-300,\"unsigned\":7,"
                            + "\"long\":-5000000000,\"float\":0.000010,\"double\":0.1,\"flag\":true,"
                            + "\"texts\":[\"a\",\"größe\",\"\"],\"nested\":[[1,2],[3]]}");
            assertThat(tensors.names()).containsExactly("q", "v");
            assertThat(tensors.spec("q").shape()).containsExactly(2, 32);
            assertThat(tensors.metadata()).containsEntry("unsigned", "7").doesNotContainKey("texts");
        }
    }

    @Test
    void everyTruncationIsSaid() throws IOException {
        byte[] whole = small().bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> open(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("cut off");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedHeadersAreErrorsOrFilesThatCanBeRead(long seed) throws IOException {
        byte[] whole = small().bytes();
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length - 128)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(2) * 255);
            }
            try (Gguf file = open(damaged);
                    WeightFile tensors = file.tensors(DType.BF16)) {
                for (String name : tensors.names()) {
                    try {
                        StoredTensor tensor = tensors.get(name);
                        assertThat(tensor.data().byteSize())
                                .isEqualTo(tensor.spec().bytes());
                    } catch (UserError e) {
                        assertThat(e).hasMessageContaining("cannot be read yet");
                    }
                }
            } catch (UserError e) {
                assertThat(e).hasMessageContaining("t.gguf");
            }
        }
    }

    @Test
    void otherFilesAreRefused() {
        byte[] magic = small().bytes();
        magic[0] = 'L';
        refused(() -> open(magic), "this is not a GGUF file: it starts with the bytes 4c 47 55 46");
        byte[] old = small().bytes();
        old[4] = 1;
        refused(() -> open(old), "it is GGUF version 1; versions 2 and 3 can be read");
        byte[] bigEndian = small().bytes();
        bigEndian[4] = 0;
        bigEndian[7] = 3;
        refused(() -> open(bigEndian), "big-endian");
        refused(() -> Gguf.open(folder.resolve("none.gguf")), "does not exist");
    }

    @Test
    void impossibleHeadersAreRefused() {
        refused(() -> open(small().key("flag", 1).bytes()), "the key flag stands in it twice");
        refused(() -> open(small().floats("v", new float[1], 1).bytes()), "tensor v stands in it twice");
        refused(() -> open(small().key("general.alignment", 48).bytes()), "no sensible power of two");
        refused(() -> open(small().tensor("w", 99, new byte[4], 1).bytes()), "ggml type 99");
        refused(() -> open(small().tensor("w", 8, new byte[34], 33).bytes()), "no whole number of Q8_0 blocks");
        refused(() -> open(small().tensor("w", 0, new byte[4], 1, 1, 1, 1, 1).bytes()), "has 5 dimensions");
        refused(() -> open(small().tensor("w", 0, new byte[4], -1).bytes()), "out of all bounds");
        refused(
                () -> open(
                        small().tensor("w", 0, new byte[4], 1 << 20, 1L << 50).bytes()),
                "out of all bounds");
        refused(() -> open(small().tensor("w", 0, new byte[4], 1L << 40).bytes()), "more than any model has");
        refused(() -> open(small().rawKey("x", 13, new byte[8]).bytes()), "of type 13, which GGUF does not know");
    }

    @Test
    void countsAreNotBelieved() {
        refused(() -> open(small().rawKey("x", 9, array(4, 1L << 60)).bytes()), "more than any model has");
        refused(() -> open(small().rawKey("x", 9, array(4, 1 << 20)).bytes()), "cut off");
        refused(() -> open(small().rawKey("x", 8, array(-1, -1)).bytes()), "longer than any model has");
        ByteArrayOutputStream nested = new ByteArrayOutputStream();
        for (int i = 0; i < 100_000; i++) {
            nested.writeBytes(array(9, 1));
        }
        refused(() -> open(small().rawKey("x", 9, nested.toByteArray()).bytes()), "nested too deeply");
    }

    @Test
    void aLyingTypeOfAKeyIsNamed() throws IOException {
        byte[] bytes = new GgufBytes()
                .key("general.architecture", "llama")
                .key("llama.embedding_length", "wide")
                .bytes();
        try (Gguf file = open(bytes)) {
            refused(() -> file.config(DType.F32), "llama.embedding_length should be a natural number, but is \"wide\"");
        }
    }

    private static byte[] array(int type, long count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GgufBytes.number(out, type, 4);
        GgufBytes.number(out, count, 8);
        return out.toByteArray();
    }

    private static void refused(ThrowingCallable opening, String reason) {
        assertThatThrownBy(opening).isInstanceOf(UserError.class).hasMessageContaining(reason);
    }

    private Gguf open(byte[] bytes) throws IOException {
        return Gguf.open(Files.write(folder.resolve("t.gguf"), bytes));
    }
}
