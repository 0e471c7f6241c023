package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;

/**
 * Llama 3's rule of scaling positions, which llama.cpp stores as a tensor of one factor a frequency: the rule is recovered
 * and then checked.
 *
 * @param factors by how much each frequency is stretched
 * @param theta base of the frequencies
 * @param where the file, for errors
 */
public record Llama3Factors(float[] factors, double theta, Object where) {
    /** The tensor that holds them. */
    public static final String TENSOR = "rope_freqs.weight";

    // The same in every Llama 3.1 and later, and in EXAONE's; only the factor differs.
    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final int ORIGINAL = 8192;

    /** As config.json has it. Throws {@link UserError} when the factors follow another rule. */
    public ObjectNode scaling() {
        float factor = 1;
        for (float one : factors) {
            factor = Math.max(factor, one);
        }
        for (int i = 0; i < factors.length; i++) {
            double expected = expected(i, factor);
            if (!(Math.abs(factors[i] - expected) <= 1e-3 * expected)) {
                throw new UserError(
                        "%s: %s scales frequency %d by %s, where Llama 3's rule gives %s: such positions cannot be read yet. Use the model's safetensors."
                                .formatted(where, TENSOR, i, factors[i], expected));
            }
        }
        return Json.object()
                .put("rope_type", "llama3")
                .put("factor", (double) factor)
                .put("low_freq_factor", LOW)
                .put("high_freq_factor", HIGH)
                .put("original_max_position_embeddings", ORIGINAL);
    }

    /** By how much Llama 3 stretches frequency i: short waves not, long ones fully, in between smoothly. */
    private double expected(int i, double factor) {
        double wavelength = 2 * Math.PI * Math.pow(theta, (double) i / factors.length);
        if (wavelength < ORIGINAL / HIGH) {
            return 1;
        }
        if (wavelength > ORIGINAL / LOW) {
            return factor;
        }
        double smooth = (ORIGINAL / wavelength - LOW) / (HIGH - LOW);
        return 1 / ((1 - smooth) / factor + smooth);
    }
}
