package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What a GGUF file says before its data.
 *
 * @param metadata its keys as they are, in its order
 * @param tensors by their names in the file, all inside the file
 */
record GgufHeader(ObjectNode metadata, Map<String, Tensor> tensors) {
    /**
     * @param shape outermost dimension first, nothing negative
     * @param start of its data in the file
     */
    record Tensor(String name, GgufType type, long[] shape, long start, long bytes) {
        long rowLength() {
            return shape.length == 0 ? 1 : shape[shape.length - 1];
        }
    }
}
