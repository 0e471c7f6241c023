package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.file.Safetensors;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;

/** Reads goldens/quant, which the Python libraries named in its README made. */
final class Goldens {
    static final String FOLDER = "reference/goldens/quant/";

    private Goldens() {}

    static WeightFile tensors(String relative) {
        return Safetensors.open(Reference.file(FOLDER + relative));
    }

    static JsonNode json(String relative) {
        return Json.read(Reference.file(FOLDER + relative));
    }

    static Path folder(String relative) {
        return Reference.file(FOLDER + relative);
    }

    static float[] floats(WeightFile file, String name) {
        StoredTensor tensor = file.get(name);
        return new Numbers(tensor.data(), tensor.dtype()).toFloats();
    }

    static byte[] bytes(WeightFile file, String name) {
        return file.get(name).data().toArray(ValueLayout.JAVA_BYTE);
    }

    static float[] rows(PackedMatrix matrix, int count) {
        int in = (int) matrix.in();
        float[] all = new float[count * in];
        float[] row = Rows.buffer(in);
        for (int r = 0; r < count; r++) {
            matrix.row(r, row);
            System.arraycopy(row, 0, all, r * in, in);
        }
        return all;
    }

    /** A tensor's numbers under another name: what the goldens call a layer is not what a checkpoint does. */
    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    /** Equal but for one rounding. */
    static void assertEqual(float[] actual, float[] expected, String what) {
        assertThat(actual.length).as(what).isEqualTo(expected.length);
        for (int i = 0; i < actual.length; i++) {
            if (Math.abs(actual[i] - expected[i]) > 1e-6 * Math.abs(expected[i])) {
                throw new AssertionError("%s: number %d is %s, not %s".formatted(what, i, actual[i], expected[i]));
            }
        }
    }

    static boolean holdsNumbers(StoredTensor tensor) {
        return Arrays.asList(DType.F32, DType.F16, DType.BF16).contains(tensor.dtype());
    }
}
