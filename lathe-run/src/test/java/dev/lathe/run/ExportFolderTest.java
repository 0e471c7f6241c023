package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an export does to the folder it writes to. */
class ExportFolderTest {
    private final Path folder;
    private final Told told;

    ExportFolderTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
    }

    @Test
    void anEarlierExportIsReplacedAndOtherFilesStay() throws IOException {
        TinyLlama tiny = tiny("base");
        exported(tiny, "out");
        Path out = folder.resolve("out");
        Files.writeString(out.resolve("README.md"), "mine");
        Files.writeString(out.resolve("special_tokens_map.json"), "{\"bos_token\": \"<|other|>\"}");
        Files.writeString(out.resolve("model-00001-of-00009.safetensors"), "old");
        Files.createDirectories(folder.resolve(".out.part-1a/half")); // an export that was killed
        exported(tiny, "out");
        assertThat(Bench.names(out))
                .containsExactlyInAnyOrder(
                        "README.md",
                        "Modelfile",
                        "chat_template.jinja",
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(out.resolve("README.md")).hasContent("mine");
        assertThat(Bench.names(folder)).noneMatch(name -> name.contains(".part-"));
    }

    @Test
    void placesThatHoldSomebodysWorkAreRefused() throws IOException {
        TinyLlama tiny = tiny("base");
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        refused(tiny, "base", "holds " + tiny.folder() + ", which is to be merged");
        assertThatThrownBy(() -> exported(tiny, "adapter", "adapter_name_or_path", adapter))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("which is to be merged");
        refused(tiny, ".", "which is to be merged");
        refused(tiny, "adapter", "holds an adapter");
        Files.createDirectories(folder.resolve("work/deep"));
        refused(tiny, "work", "holds a folder, deep");
        Files.writeString(folder.resolve("file"), "");
        refused(tiny, "file", "is a file");
    }

    /** At whatever byte the disk is full: the old export stays as it was. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.5, 0.8, 0.9, 0.999})
    void aFullDiskLeavesTheOldExport(double share) throws IOException {
        TinyLlama tiny = tiny("base");
        exported(tiny, "out");
        byte[] before = Files.readAllBytes(folder.resolve("out/model.safetensors"));
        List<String> files = Bench.names(folder.resolve("out"));
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        long needed = 0;
        for (String file : files) {
            needed += Files.size(folder.resolve("out").resolve(file));
        }
        Told full = Told.at(folder, fullAfter((long) (share * needed)));
        assertThatThrownBy(() -> full.export(keys(tiny, "out", "adapter_name_or_path", adapter)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("No space left")
                .hasMessageContaining("choose another export_dir");
        assertThat(folder.resolve("out/model.safetensors")).hasBinaryContent(before);
        assertThat(Bench.names(folder.resolve("out"))).isEqualTo(files);
        assertThat(Bench.names(folder)).noneMatch(name -> name.contains(".part-"));
    }

    private void refused(TinyLlama tiny, String into, String message) {
        assertThatThrownBy(() -> exported(tiny, into))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private TinyLlama tiny(String name) {
        return new TinyLlama(folder.resolve(name), true, DType.F32, 1).write();
    }

    private void exported(TinyLlama tiny, String into, Object... more) {
        told.export(keys(tiny, into, more));
    }

    private Object[] keys(TinyLlama tiny, String into, Object... more) {
        Object[] first = {"model_name_or_path", tiny.folder(), "export_dir", folder.resolve(into), "template", "default"
        };
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray();
    }

    private static Disk fullAfter(long capacity) {
        AtomicLong left = new AtomicLong(capacity);
        return file -> {
            WritableByteChannel real = Disk.real().create(file);
            return new WritableByteChannel() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    if (left.addAndGet(-bytes.remaining()) < 0) {
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
    }
}
