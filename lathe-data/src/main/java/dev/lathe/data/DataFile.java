package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;

/** One file of a data set. The end of its name tells what it holds and how it is packed ({@code rows.jsonl.gz}). */
record DataFile(Path path, Type type, Compression compression) {
    /** What a file holds. */
    enum Type {
        JSON,
        TEXT,
        CSV,
        PARQUET,
        ARROW
    }

    /** Throws {@link UserError} when its name is not that of a data file. */
    static DataFile of(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        Compression compression = Compression.of(name);
        String inside = compression == Compression.NONE ? name : compression.inside(path, name);
        Type type = type(inside.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new UserError(
                        "%s: not a type of data file; .json, .jsonl, .csv, .parquet, .arrow and .txt can be read, and all but Parquet packed as .gz, .bz2, .xz, .zst or .zip"
                                .formatted(path)));
        if (type == Type.PARQUET && compression != Compression.NONE) {
            throw new UserError(
                    "%s: a Parquet file is packed inside, and read from its end: unpack it".formatted(path));
        }
        return new DataFile(path, type, compression);
    }

    /** What a name says of a file's type, packed or not; empty for what is no data, and for archives. */
    static Optional<Type> typeOf(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        Compression compression = Compression.of(small);
        return compression == Compression.ZIP ? Optional.empty() : type(compression.stripped(small));
    }

    private static Optional<Type> type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "json", "jsonl" -> Optional.of(Type.JSON);
            case "txt" -> Optional.of(Type.TEXT);
            case "csv" -> Optional.of(Type.CSV);
            case "parquet" -> Optional.of(Type.PARQUET);
            case "arrow" -> Optional.of(Type.ARROW);
            default -> Optional.empty();
        };
    }

    /** Its rows. Throws {@link UserError} when they cannot be read. */
    RowReader open() {
        if (type == Type.PARQUET) {
            return new ParquetRows(path);
        }
        FileContent content = FileContent.open(path, compression);
        try {
            return rows(content);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private RowReader rows(FileContent content) throws IOException {
        try {
            return switch (type) {
                case TEXT -> new TextRows(path, content);
                case CSV -> new CsvRows(path, content);
                case ARROW -> new ArrowRows(path, content);
                // The content decides between a list and lines, not the name: both are found under either.
                case JSON ->
                    content.firstByte() == '[' ? new JsonArrayRows(path, content) : new JsonLinesRows(path, content);
                case PARQUET -> throw new IllegalStateException("is read from its end");
            };
        } catch (IOException | UserError e) {
            content.close();
            throw e;
        }
    }

    long bytes() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Feeds what the file holds, but not its name, to a hash. */
    void digest(MessageDigest hash) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), hash)) {
            byte[] buffer = new byte[1 << 18];
            while (in.read(buffer) >= 0) {
                // reading is all it takes
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        hash.update((byte) '\n');
    }

    private UserError unreadable(IOException e) {
        return new UserError("%s cannot be read: %s".formatted(path, e.getMessage()), e);
    }
}
