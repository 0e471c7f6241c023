package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of one data set: one file, or all files of a folder in the order of their names, all of one type. */
record RowFiles(List<DataFile> files) {
    /** What the datasets library puts beside the Arrow files of {@code save_to_disk}. */
    private static final Set<String> BESIDE_ARROW = Set.of("dataset_info.json", "state.json");

    /** Finds the files behind {@code file_name}. Throws {@link UserError} when there are none that can be read. */
    static RowFiles at(Path path) {
        if (!Files.exists(path)) {
            throw new UserError("%s does not exist: mend `file_name` or `dataset_dir`".formatted(path));
        }
        return of(path, Files.isDirectory(path) ? inside(path) : List.of(path));
    }

    /** These files, in this order. {@code where} names them all in errors. */
    static RowFiles of(Object where, List<Path> paths) {
        List<DataFile> files = paths.stream().map(DataFile::of).toList();
        String types = files.stream()
                .map(file -> file.type().toString().toLowerCase(Locale.ROOT))
                .distinct()
                .collect(Collectors.joining(", "));
        if (files.isEmpty()) {
            throw new UserError("%s holds no files".formatted(where));
        }
        if (types.contains(",")) {
            throw new UserError("%s holds files of several types (%s); a data set has one".formatted(where, types));
        }
        return new RowFiles(files);
    }

    private static List<Path> inside(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> all =
                    inside.filter(path -> !name(path).startsWith(".")).sorted().toList();
            all.stream().filter(Files::isDirectory).findFirst().ifPresent(sub -> {
                throw new UserError(
                        "%s holds a folder, %s, whose files would be left out: name that folder, or put all files into one"
                                .formatted(folder, name(sub)));
            });
            boolean arrow = all.stream().anyMatch(path -> name(path).endsWith(".arrow"));
            return all.stream()
                    .filter(path -> !(arrow && BESIDE_ARROW.contains(name(path))))
                    .toList();
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    DataFile.Type type() {
        return files.getFirst().type();
    }

    /** All rows, file after file. */
    RowReader open() {
        return new Chain(files.iterator());
    }

    long bytes() {
        return files.stream().mapToLong(DataFile::bytes).sum();
    }

    /** Stands for what the files hold, but not for their names. */
    byte[] digest() {
        MessageDigest hash = Sha256.start();
        files.forEach(file -> file.digest(hash));
        return hash.digest();
    }

    private static final class Chain implements RowReader {
        private final Iterator<DataFile> files;
        private Optional<RowReader> open = Optional.empty();
        private long finished;

        Chain(Iterator<DataFile> files) {
            this.files = files;
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
                open = Optional.of(files.next().open());
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
