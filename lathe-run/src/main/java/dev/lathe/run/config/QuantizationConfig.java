package dev.lathe.run.config;

import java.util.Optional;

/**
 * How frozen weights are packed while the model loads.
 *
 * @param bits that the method stores, which the rules have checked
 * @param fp4 floats of 4 bits instead of normal floats, for 4 bits of bitsandbytes
 * @param doubleQuantization whether scales are quantised too, for the same
 */
public record QuantizationConfig(Method method, int bits, boolean fp4, boolean doubleQuantization) {
    /** Which library's storage it is. */
    public enum Method {
        BITSANDBYTES,
        HQQ,
        EETQ
    }

    static Optional<QuantizationConfig> of(Settings s) {
        if (!s.on("quantization_bit")) {
            return Optional.empty();
        }
        Method method =
                switch (s.text("quantization_method")) {
                    case "hqq" -> Method.HQQ;
                    case "eetq" -> Method.EETQ;
                    default -> Method.BITSANDBYTES;
                };
        return Optional.of(new QuantizationConfig(
                method, s.whole("quantization_bit"), s.is("quantization_type", "fp4"), s.flag("double_quantization")));
    }
}
