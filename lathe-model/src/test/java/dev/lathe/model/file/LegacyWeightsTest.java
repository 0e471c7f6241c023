package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyWeightsTest {
    /** Types that torch had when it wrote such files. */
    private static final Set<DType> KNOWN = EnumSet.range(DType.F32, DType.I8);

    private static final SafeFiles FILES = new SafeFiles(Disk.real());

    private final Path folder;

    LegacyWeightsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void aTensorIsRebuiltFromItsStorage() throws IOException {
        new CheckpointWriter(FILES).write(folder, List.of(tensor("größe", DType.BF16, 2, 3, 300)), 1 << 20);
        new LegacyWeights(FILES).replaceIn(folder);
        assertThat(folder.resolve("model.safetensors")).doesNotExist();
        try (ZipFile zip = new ZipFile(folder.resolve("pytorch_model.bin").toFile())) {
            Object read = new Unpickler(bytes(zip, "archive/data.pkl")).read();
            List<Object> storage = List.of("storage", "torch.BFloat16Storage", "0", "cpu", 1800L);
            assertThat(read)
                    .isEqualTo(Map.of(
                            "größe",
                            List.of(
                                    "torch._utils._rebuild_tensor_v2",
                                    List.of(
                                            Map.of("outside", storage),
                                            0L,
                                            List.of(2L, 3L, 300L),
                                            List.of(900L, 300L, 1L),
                                            false,
                                            List.of("collections.OrderedDict", List.of())))));
            assertThat(bytes(zip, "archive/byteorder"))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("little");
            assertThat(bytes(zip, "archive/version"))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("3\n");
        }
    }

    /** Whatever the tensors are, each storage holds its bytes, uncompressed, from a multiple of 64 on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void storagesHoldTheNumbers(long seed) throws IOException {
        List<TensorSource> tensors = RandomTensors.of(seed).stream()
                .filter(tensor -> KNOWN.contains(tensor.spec().dtype()))
                .toList();
        Path file = folder.resolve("x.bin");
        new TorchZipWriter(FILES).write(file, tensors);
        byte[] whole = Files.readAllBytes(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Map<?, ?> read = (Map<?, ?>) new Unpickler(bytes(zip, "archive/data.pkl")).read();
            assertThat(read).hasSize(tensors.size());
            for (int i = 0; i < tensors.size(); i++) {
                byte[] data = tensors.get(i).data().get().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                ZipEntry stored = zip.getEntry("archive/data/" + i);
                assertThat(stored.getMethod()).isEqualTo(ZipEntry.STORED);
                assertThat(bytes(zip, stored.getName())).isEqualTo(data);
                int header = indexOf(whole, stored.getName());
                int extra =
                        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getShort(header - 2);
                assertThat((header + stored.getName().length() + extra) % 64).isZero();
            }
        }
    }

    @Test
    void shardsKeepTheirPlaces() throws IOException {
        List<TensorSource> tensors =
                List.of(tensor("a", DType.F32, 100), tensor("b", DType.F32, 100), tensor("c", DType.F32, 10));
        new CheckpointWriter(FILES).write(folder, tensors, 500);
        JsonNode before = Json.read(folder.resolve("model.safetensors.index.json"));
        new LegacyWeights(FILES).replaceIn(folder);
        assertThat(folder.resolve("model.safetensors.index.json")).doesNotExist();
        JsonNode after = Json.read(folder.resolve("pytorch_model.bin.index.json"));
        assertThat(after.path("metadata")).isEqualTo(before.path("metadata"));
        Map<String, String> map = new LinkedHashMap<>();
        after.path("weight_map")
                .properties()
                .forEach(e -> map.put(e.getKey(), e.getValue().asText()));
        assertThat(map)
                .containsExactly(
                        entry("a", "pytorch_model-00001-of-00002.bin"),
                        entry("b", "pytorch_model-00002-of-00002.bin"),
                        entry("c", "pytorch_model-00002-of-00002.bin"));
        assertThat(map.values())
                .allSatisfy(name -> assertThat(folder.resolve(name)).isRegularFile());
    }

    private static TensorSource tensor(String name, DType dtype, long... shape) {
        TensorSpec spec = new TensorSpec(name, dtype, shape);
        return new TensorSource(spec, () -> MemorySegment.ofArray(new byte[(int) spec.bytes()]));
    }

    private static byte[] bytes(ZipFile zip, String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }

    private static int indexOf(byte[] whole, String name) {
        return new String(whole, StandardCharsets.ISO_8859_1).indexOf(name);
    }

    /** Python's machine, as far as these pickles need it: tuples and calls become lists. */
    private static final class Unpickler {
        private static final Object MARK = new Object();

        private final ByteBuffer in;
        private final Deque<Object> stack = new ArrayDeque<>();

        Unpickler(byte[] pickle) {
            in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        }

        Object read() {
            assertThat(in.getShort()).isEqualTo((short) 0x0280);
            while (true) {
                int op = in.get() & 0xff;
                switch (op) {
                    case '}' -> stack.push(new LinkedHashMap<Object, Object>());
                    case '(' -> stack.push(MARK);
                    case ')' -> stack.push(List.of());
                    case 't' -> stack.push(sinceMark());
                    case 'R' -> call();
                    case 'Q' -> stack.push(Map.of("outside", stack.pop()));
                    case 'u' -> setItems();
                    case 'c' -> stack.push(line() + "." + line());
                    case 'X' -> stack.push(text(in.getInt()));
                    case 'K' -> stack.push((long) (in.get() & 0xff));
                    case 'J' -> stack.push((long) in.getInt());
                    case 0x89 -> stack.push(false);
                    case '.' -> {
                        assertThat(in.hasRemaining()).isFalse();
                        assertThat(stack).hasSize(1);
                        return stack.pop();
                    }
                    default -> throw new AssertionError("operation " + op);
                }
            }
        }

        private void call() {
            Object arguments = stack.pop();
            stack.push(List.of(stack.pop(), arguments));
        }

        private List<Object> sinceMark() {
            List<Object> items = new ArrayList<>();
            for (Object item = stack.pop(); item != MARK; item = stack.pop()) {
                items.addFirst(item);
            }
            return items;
        }

        @SuppressWarnings("unchecked")
        private void setItems() {
            List<Object> items = sinceMark();
            Map<Object, Object> dict = (Map<Object, Object>) stack.getFirst();
            for (int i = 0; i < items.size(); i += 2) {
                dict.put(items.get(i), items.get(i + 1));
            }
        }

        private String line() {
            StringBuilder line = new StringBuilder();
            for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
                line.append(c);
            }
            return line.toString();
        }

        private String text(int length) {
            byte[] bytes = new byte[length];
            in.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
