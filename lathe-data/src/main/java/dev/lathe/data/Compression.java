package dev.lathe.data;

import com.github.luben.zstd.ZstdInputStream;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** How a data file is packed, told by the end of its name. Unpacked while it is read, never to disk. */
enum Compression {
    NONE(""),
    GZIP(".gz"),
    BZIP2(".bz2"),
    XZ(".xz"),
    ZSTD(".zst"),
    ZIP(".zip");

    /** What unpacking may take: more than any level of {@code xz} needs. */
    private static final int MEMORY_KIB = 256 << 10;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /** How a file of this name, in small letters, is packed. */
    static Compression of(String name) {
        return Arrays.stream(values())
                .filter(each -> each != NONE && name.endsWith(each.suffix))
                .findFirst()
                .orElse(NONE);
    }

    /** The name of what is inside. Throws {@link UserError} for an archive that does not hold exactly one file. */
    String inside(Path file, String name) {
        if (this != ZIP) {
            return stripped(name);
        }
        try (ZipFile archive = new ZipFile(file.toFile())) {
            List<String> names = archive.stream()
                    .filter(Compression::isData)
                    .map(ZipEntry::getName)
                    .toList();
            if (names.size() != 1) {
                throw new UserError(
                        "%s holds %d files; pack one file, or unpack it into a folder".formatted(file, names.size()));
            }
            return names.getFirst();
        } catch (IOException e) {
            throw new UserError(
                    "%s is no whole zip archive: %s; fetch or pack it again".formatted(file, e.getMessage()), e);
        }
    }

    /** The name without its end that says how the file is packed. */
    String stripped(String name) {
        return name.substring(0, name.length() - suffix.length());
    }

    InputStream unpack(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, 1 << 16);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case XZ -> new XZInputStream(in, MEMORY_KIB);
            case ZSTD -> new ZstdInputStream(in);
            case ZIP -> entry(new ZipInputStream(in));
        };
    }

    private static InputStream entry(ZipInputStream archive) throws IOException {
        for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
            if (isData(entry)) {
                return archive;
            }
        }
        throw new IOException("no file in it");
    }

    private static boolean isData(ZipEntry entry) {
        return !entry.isDirectory() && !entry.getName().startsWith("__MACOSX/");
    }

    /** For messages: {@code gzip}. */
    String word() {
        return suffix.isEmpty() ? "plain" : suffix.substring(1);
    }
}
