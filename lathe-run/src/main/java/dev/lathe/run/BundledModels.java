package dev.lathe.run;

import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Models that come with Lathe, as {@code lathe:name}: laid out in the cache so that their weights can be mapped. */
record BundledModels(Path cache, SafeFiles files) {
    /** The folder of the model, laid out at its first use. */
    Path folder(String name) {
        String root = "/dev/lathe/run/models/" + name + "/";
        if (!name.matches("[a-z0-9-]+") || BundledModels.class.getResource(root + "files.json") == null) {
            throw new UserError("model_name_or_path: there is no lathe:%s; there is lathe:seedling".formatted(name));
        }
        List<String> names = new ArrayList<>();
        byte[] index = bytes(root + "files.json");
        Json.parse(new String(index, java.nio.charset.StandardCharsets.UTF_8), root + "files.json")
                .path("files")
                .forEach(file -> names.add(file.asText()));
        Path folder = cache.resolve(name + "-" + Integer.toHexString(java.util.Arrays.hashCode(index)));
        if (!Files.isDirectory(folder)) {
            files.writeFolder(folder, (aside, inside) -> {
                for (String file : names) {
                    inside.write(
                            aside.resolve(file),
                            out -> SafeFiles.writeFully(out, ByteBuffer.wrap(bytes(root + file))));
                }
            });
        }
        return folder;
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = BundledModels.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the build lacks " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
