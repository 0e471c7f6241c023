package dev.lathe.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Models that come with Lathe, as {@code lathe:name}: laid out in the cache so that their weights can be mapped. Files that a list
 * has under {@code seedling} are that model's. */
record BundledModels(Path cache, SafeFiles files) {
    private static final String MODELS = "/dev/lathe/run/models/";
    private static final List<String> NAMES = List.of("seedling", "random-7b", "random-experts", "random-dense");

    /** The folder of the model, laid out at its first use. */
    Path folder(String name) {
        String root = MODELS + name + "/";
        if (!NAMES.contains(name)) {
            throw new UserError("model_name_or_path: there is no lathe:%s; there are %s"
                    .formatted(name, NAMES.stream().map("lathe:"::concat).collect(Collectors.joining(", "))));
        }
        byte[] index = bytes(root + "files.json");
        JsonNode listed = Json.parse(new String(index, StandardCharsets.UTF_8), root + "files.json");
        Map<String, String> resources = new LinkedHashMap<>();
        listed.path("files").forEach(file -> resources.put(file.asText(), root + file.asText()));
        listed.path("seedling").forEach(file -> resources.put(file.asText(), MODELS + "seedling/" + file.asText()));
        Path folder = cache.resolve(name + "-" + Integer.toHexString(Arrays.hashCode(index)));
        if (!Files.isDirectory(folder)) {
            files.writeFolder(folder, (aside, inside) -> {
                for (Map.Entry<String, String> file : resources.entrySet()) {
                    inside.write(
                            aside.resolve(file.getKey()),
                            out -> SafeFiles.writeFully(out, ByteBuffer.wrap(bytes(file.getValue()))));
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
