package dev.lathe.data;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where tokenised rows are kept between runs. */
public sealed interface TokenCache {
    /** Writes rows. */
    @FunctionalInterface
    interface Source {
        void writeTo(RowWriter out) throws IOException;
    }

    /** The rows kept under {@code key}; made by {@code source} when they are not there, or {@code again} is set. */
    EncodedRows rows(String key, boolean labels, boolean again, Source source);

    /** Nothing is kept; rows live in memory, two gigabytes a data set at most. */
    record None() implements TokenCache {
        @Override
        public EncodedRows rows(String key, boolean labels, boolean again, Source source) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                RowWriter writer = new RowWriter(Channels.newChannel(bytes), labels);
                source.writeTo(writer);
                writer.finish();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return StoredRows.of(MemorySegment.ofArray(bytes.toByteArray())).orElseThrow();
        }
    }

    /**
     * One file a key in {@code folder}, written whole or not at all, and mapped. A file that is damaged is written again;
     * half-written ones of killed runs go a day later.
     */
    record Folder(Path folder, SafeFiles files) implements TokenCache {
        @Override
        public EncodedRows rows(String key, boolean labels, boolean again, Source source) {
            Path file = folder.resolve(key + ".rows");
            Optional<StoredRows> kept = again ? Optional.empty() : whole(file);
            if (kept.isPresent()) {
                return kept.get();
            }
            files.write(file, out -> {
                RowWriter writer = new RowWriter(out, labels);
                source.writeTo(writer);
                writer.finish();
            });
            files.sweepBeside(file);
            return whole(file)
                    .orElseThrow(() -> new UserError(
                            "%s was written, but does not read back: the disk is failing, or something else writes there"
                                    .formatted(file)));
        }

        private static Optional<StoredRows> whole(Path file) {
            try {
                return Files.exists(file) ? StoredRows.map(file) : Optional.empty();
            } catch (IOException e) {
                throw new UserError("%s cannot be read: %s; delete it".formatted(file, e.getMessage()), e);
            }
        }
    }
}
