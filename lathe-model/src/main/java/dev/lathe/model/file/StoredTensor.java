package dev.lathe.model.file;

import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Collection;

/**
 * A tensor as it stands in a file.
 *
 * @param shape outermost dimension first; empty for a scalar. Not to be written to
 * @param data the numbers: row-major, little endian, exactly as many bytes as dtype and shape say. Mostly a read-only
 *     slice of the mapped file, so it may start at any address, and dies with the {@link WeightFile}
 */
public record StoredTensor(String name, DType dtype, long[] shape, MemorySegment data) {
    /** The error of asking for a tensor that is not there. */
    static UserError missing(String file, String name, Collection<String> names) {
        return new UserError("%s has no tensor %s; the nearest it has: %s"
                .formatted(
                        file,
                        name,
                        names.isEmpty() ? "(none at all)" : String.join(", ", NearestNames.to(name, names, 3))));
    }

    /** The same without its numbers. */
    public TensorSpec spec() {
        return new TensorSpec(name, dtype, shape);
    }
}
