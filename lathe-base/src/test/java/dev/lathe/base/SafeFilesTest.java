package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

    @ParameterizedTest
    @EnumSource
    void replacingAFolderLosesNothing(Failure failure) throws IOException {
        Path target = folder.resolve("model");
        SafeFiles real = new SafeFiles(Disk.real());
        boolean done = false;
        for (int step = 0; !done; step++) {
            real.writeFolder(target, (inside, files) -> write(files, inside, "old"));
            try {
                new SafeFiles(new FailingDisk(step, failure))
                        .writeFolder(target, (inside, files) -> write(files, inside, "new"));
                done = true;
            } catch (UserError | Killed e) {
                if (failure == Failure.REFUSED) {
                    assertThat(target.resolve("a")).as("step %d", step).hasContent("old");
                }
            }
            real.sweep(folder);
            String content = Files.readString(target.resolve("a"));
            assertThat(target.resolve("b")).as("step %d", step).hasContent(content);
            try (var left = Files.list(folder)) {
                assertThat(left).as("step %d", step).containsExactly(target);
            }
        }
        assertThat(target.resolve("a")).hasContent("new");
    }

    @Test
    void writingAgainAfterAKillFindsTheOldFolderFirst() throws IOException {
        Path target = folder.resolve("model");
        SafeFiles real = new SafeFiles(Disk.real());
        real.writeFolder(target, (inside, files) -> write(files, inside, "old"));
        Path old = folder.resolve(".model.old-1a");
        Files.move(target, old);
        assertThatThrownBy(() ->
                        new SafeFiles(full(0)).writeFolder(target, (inside, files) -> write(files, inside, "new")))
                .isInstanceOf(UserError.class);
        assertThat(target.resolve("b")).hasContent("old");
        assertThat(old).doesNotExist();
    }

    /** What another program is writing this very day stays; so does whatever is not ours. */
    @Test
    void besideANewFileOldHalvesGo() throws IOException {
        FileTime before = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Path old = Files.setLastModifiedTime(Files.createFile(folder.resolve(".a.rows.part-1x")), before);
        Path young = Files.createFile(folder.resolve(".b.rows.part-2y"));
        Path foreign = Files.setLastModifiedTime(Files.createFile(folder.resolve("c.part-3z")), before);
        SafeFiles files = new SafeFiles(Disk.real());
        files.writeText(folder.resolve("new.rows"), "whole");
        files.sweepBeside(folder.resolve("new.rows"));
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(foreign).exists();
    }

    @Test
    void sweepingLeavesWhatOthersWrote() throws IOException {
        Files.createDirectories(folder.resolve(".checkpoint-2.part-k3x9/deeper"));
        Files.writeString(folder.resolve(".a.txt.part-1zq0"), "half");
        Files.writeString(folder.resolve(".mine"), "whole");
        Files.writeString(folder.resolve("part-1"), "whole");
        new SafeFiles(Disk.real()).sweep(folder);
        new SafeFiles(Disk.real()).sweep(folder.resolve("missing"));
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(folder.resolve(".mine"), folder.resolve("part-1"));
        }
    }

    @Test
    void probingLeavesNothing() throws IOException {
        new SafeFiles(Disk.real()).probe(folder.resolve("not/yet/there"));
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(
                        () -> new SafeFiles(Disk.real()).chosenBy("output_dir").probe(file.resolve("in")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file + " is a file. Choose another output_dir");
    }

    @Test
    void errorsNameTheKeyThatChoseThePlace() {
        assertThatThrownBy(() -> new SafeFiles(full(0))
                        .chosenBy("export_dir")
                        .writeText(folder.resolve("a.txt"), "does not fit"))
                .hasMessageContaining("choose another export_dir");
    }

    private static void write(SafeFiles files, Path inside, String text) {
        files.writeText(inside.resolve("a"), text);
        files.writeText(inside.resolve("b"), text);
    }

    /** What happens at a step of {@link FailingDisk}. */
    private enum Failure {
        REFUSED,
        KILLED_BEFORE,
        KILLED_AFTER
    }

    /** Nothing runs after it, as after a kill. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A disk on which one step goes wrong: the creation of a file or a renaming, counted from 0. */
    private static final class FailingDisk implements Disk {
        private final int failing;
        private final Failure failure;
        private int steps;

        FailingDisk(int failing, Failure failure) {
            this.failing = failing;
            this.failure = failure;
        }

        @Override
        public WritableByteChannel create(Path file) throws IOException {
            before();
            WritableByteChannel created = Disk.real().create(file);
            after();
            return created;
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            before();
            Disk.real().rename(from, to);
            after();
        }

        private void before() throws IOException {
            if (steps == failing && failure == Failure.REFUSED) {
                steps++;
                throw new IOException("Input/output error");
            }
            if (steps == failing && failure == Failure.KILLED_BEFORE) {
                throw new Killed();
            }
        }

        private void after() {
            if (steps++ == failing && failure == Failure.KILLED_AFTER) {
                throw new Killed();
            }
        }
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
