package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of one data set: one file, or all files of a folder in the order of their names, all of one type. */
record RowFiles(List<Path> files, Type type) {
    enum Type {
        JSON,
        TEXT
    }

    /** Finds the files behind {@code file_name}. Throws {@link UserError} when there are none that can be read. */
    static RowFiles at(Path path) {
        if (!Files.exists(path)) {
            throw new UserError("%s does not exist: mend `file_name` or `dataset_dir`".formatted(path));
        }
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(path)) {
            try (Stream<Path> inside = Files.list(path)) {
                inside.filter(Files::isRegularFile).sorted().forEach(files::add);
            } catch (IOException e) {
                throw new UserError("%s cannot be read: %s".formatted(path, e.getMessage()), e);
            }
        } else {
            files.add(path);
        }
        List<Type> types = files.stream().map(RowFiles::typeOf).distinct().toList();
        if (types.size() != 1) {
            throw new UserError(
                    types.isEmpty()
                            ? "%s holds no files".formatted(path)
                            : "%s holds files of several types; a data set has one".formatted(path));
        }
        return new RowFiles(List.copyOf(files), types.getFirst());
    }

    /** All rows, file after file. */
    RowReader open() {
        return new Chain(files.iterator(), type);
    }

    long bytes() {
        long total = 0;
        for (Path file : files) {
            try {
                total += Files.size(file);
            } catch (IOException e) {
                throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()), e);
            }
        }
        return total;
    }

    /** Feeds what the files hold, but not their names, to a hash. */
    void digest(MessageDigest hash) {
        for (Path file : files) {
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
                byte[] buffer = new byte[1 << 18];
                while (in.read(buffer) >= 0) {
                    // reading is all it takes
                }
            } catch (IOException e) {
                throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()), e);
            }
            hash.update((byte) '\n');
        }
    }

    private static Type typeOf(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return switch (extension) {
            case "json", "jsonl" -> Type.JSON;
            case "txt" -> Type.TEXT;
            case "csv", "parquet", "arrow" ->
                throw new UserError(
                        "%s: Lathe cannot read .%s data yet; convert it to .jsonl".formatted(file, extension));
            default ->
                throw new UserError("%s: not a type of data file; .json, .jsonl and .txt can be read".formatted(file));
        };
    }

    private static RowReader open(Path file, Type type) {
        try {
            CountingInput in = new CountingInput(Files.newInputStream(file));
            if (type == Type.TEXT) {
                return new TextRows(file, in);
            }
            // The content decides between a list and lines, not the name: both are found under either.
            return firstCharacter(file) == '[' ? new JsonArrayRows(file, in) : new JsonLinesRows(file, in);
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static int firstCharacter(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            int value = in.read();
            while (Character.isWhitespace(value) || value == 0xEF || value == 0xBB || value == 0xBF) {
                value = in.read();
            }
            return value;
        }
    }

    private static final class Chain implements RowReader {
        private final Iterator<Path> files;
        private final Type type;
        private Optional<RowReader> open = Optional.empty();
        private long finished;

        Chain(Iterator<Path> files, Type type) {
            this.files = files;
            this.type = type;
        }

        @Override
        public Optional<RawRow> next() {
            while (true) {
                Optional<RawRow> row = open.flatMap(RowReader::next);
                if (row.isPresent()) {
                    return row;
                }
                close();
                if (!files.hasNext()) {
                    return Optional.empty();
                }
                open = Optional.of(RowFiles.open(files.next(), type));
            }
        }

        @Override
        public long bytesRead() {
            return finished + open.map(RowReader::bytesRead).orElse(0L);
        }

        @Override
        public void close() {
            try {
                if (open.isPresent()) {
                    finished += open.get().bytesRead();
                    open.get().close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            open = Optional.empty();
        }
    }
}
