package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import java.nio.file.Path;

/** Changes a JSON file of a test's model. */
final class ModelFiles {
    private ModelFiles() {}

    static void edit(Path file, String key, Object value) {
        ObjectNode root = (ObjectNode) Json.read(file);
        root.set(key, Json.MAPPER.valueToTree(value));
        new SafeFiles(Disk.real()).writeText(file, Json.pretty(root));
    }
}
