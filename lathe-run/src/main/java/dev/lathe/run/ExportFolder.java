package dev.lathe.run;

import dev.lathe.base.IoReason;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a model is exported to. A folder that stands there is replaced once the new one is whole: an earlier export's
 * files go, other files stay (a README, a converted GGUF). It is refused when replacing it could cost somebody's work:
 * when it holds folders or an adapter, or is the place that the model comes from.
 */
final class ExportFolder {
    /** What an export writes, and what an older one may have left that would contradict it. */
    private static final String EXPORTED =
            "(model|pytorch_model)(-\\d{5}-of-\\d{5})?\\.(safetensors|bin)(\\.index\\.json)?"
                    + "|(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\\.json"
                    + "|chat_template\\.(jinja|json)|merges\\.txt|tokenizer\\.model|Modelfile";

    private final Path target;
    private final List<Path> kept;
    private final SafeFiles files;

    private ExportFolder(Path target, List<Path> kept, SafeFiles files) {
        this.files = files;
        this.target = target;
        this.kept = kept;
    }

    /** Looks, before anything is read or written, whether the folder may be written to. */
    static ExportFolder at(Path wanted, ModelChoice choice, SafeFiles files) {
        Path target = real(wanted);
        files.probe(target);
        files.recover(target);
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new UserError("export_dir %s is a file: name a folder".formatted(wanted));
        }
        Stream.concat(Stream.of(choice.base()), choice.adapters().stream()).forEach(source -> {
            if (real(source).startsWith(target)) {
                throw new UserError(
                        "export_dir %s holds %s, which is to be merged: exporting would overwrite it; name another folder"
                                .formatted(wanted, source));
            }
        });
        return new ExportFolder(target, Files.exists(target) ? foreign(wanted, target) : List.of(), files);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException notThere) {
            return path.toAbsolutePath().normalize();
        }
    }

    private static List<Path> foreign(Path wanted, Path target) {
        List<Path> foreign = new ArrayList<>();
        try (Stream<Path> entries = Files.list(target)) {
            for (Path entry : entries.toList()) {
                String name = String.valueOf(entry.getFileName());
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    throw new UserError(
                            "export_dir %s holds a folder, %s, and is replaced as a whole when a model is exported: name a folder of its own"
                                    .formatted(wanted, name));
                }
                if (name.startsWith("adapter_")) {
                    throw new UserError(
                            "export_dir %s holds an adapter (%s), which programs would put on the merged model once more: name another folder"
                                    .formatted(wanted, name));
                }
                if (!name.matches(EXPORTED)) {
                    foreign.add(entry);
                }
            }
            return foreign;
        } catch (IOException e) {
            throw new UserError("export_dir %s cannot be read: %s".formatted(wanted, IoReason.of(e)), e);
        }
    }

    /** Writes the files of the folder, and says what is to be said about them. */
    @FunctionalInterface
    interface Content {
        String writeTo(Path folder, SafeFiles files) throws IOException;
    }

    /** Writes the folder; when that fails, what stood there before still stands. Returns what the content said. */
    String write(Content content) {
        StringBuilder said = new StringBuilder();
        files.writeFolder(target, (aside, inside) -> {
            said.append(content.writeTo(aside, inside));
            for (Path file : kept) {
                keep(file, aside.resolve(file.getFileName()));
            }
        });
        return said.toString();
    }

    /** A second name for the same file costs nothing, however large it is. */
    private static void keep(Path file, Path as) throws IOException {
        try {
            Files.createLink(as, file);
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.copy(file, as, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
