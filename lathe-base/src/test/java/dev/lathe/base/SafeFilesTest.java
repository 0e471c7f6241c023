package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeFilesTest {
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 5})
    void aFullDiskLeavesTheOldFile(long room) throws IOException {
        Path target = folder.resolve("a.txt");
        new SafeFiles(Disk.real()).writeText(target, "old");
        assertThatThrownBy(() -> new SafeFiles(full(room)).writeText(target, "longer than the disk"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("a.txt")
                .hasMessageContaining("No space left");
        assertThat(target).hasContent("old");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(target);
        }
    }

    @Test
    void aFullDiskLeavesTheOldFolder() throws IOException {
        Path target = folder.resolve("checkpoint");
        new SafeFiles(Disk.real()).writeFolder(target, (inside, files) -> files.writeText(inside.resolve("a"), "old"));
        assertThatThrownBy(() -> new SafeFiles(full(6)).writeFolder(target, (inside, files) -> {
                    files.writeText(inside.resolve("a"), "new");
                    files.writeText(inside.resolve("b"), "does not fit");
                }))
                .isInstanceOf(UserError.class);
        assertThat(target.resolve("a")).hasContent("old");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(target);
        }
    }

    @Test
    void aFolderIsReplacedAsAWhole() {
        SafeFiles files = new SafeFiles(Disk.real());
        Path target = folder.resolve("checkpoint");
        files.writeFolder(target, (inside, safe) -> safe.writeText(inside.resolve("a"), "old"));
        files.writeFolder(target, (inside, safe) -> safe.writeText(inside.resolve("b"), "new"));
        assertThat(target.resolve("a")).doesNotExist();
        assertThat(target.resolve("b")).hasContent("new");
    }

    /** A disk with room for so many bytes. */
    private static Disk full(long room) {
        long[] left = {room};
        return file -> {
            WritableByteChannel real = Disk.real().create(file);
            return new WritableByteChannel() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    left[0] -= bytes.remaining();
                    if (left[0] < 0) {
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
