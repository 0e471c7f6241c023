package dev.lathe.run;

import dev.lathe.run.config.NumberFormat;
import dev.lathe.run.config.Precision;
import dev.lathe.tensor.DType;
import java.util.Locale;

/**
 * Element types of a run. Half precision is computed in float32 on a CPU unless bf16 is asked for: its range is too
 * narrow for gradients, and few CPUs multiply it.
 *
 * @param compute of operations and frozen weights
 * @param master of what is trained
 */
record Arithmetic(DType compute, DType master) {
    static Arithmetic training(Precision precision, DType checkpoint) {
        return switch (precision) {
            case AS_CHECKPOINT -> new Arithmetic(onCpu(checkpoint), DType.F32);
            case BF16 -> new Arithmetic(DType.BF16, DType.F32);
            case PURE_BF16 -> new Arithmetic(DType.BF16, DType.BF16);
        };
    }

    static DType inference(NumberFormat format, DType checkpoint) {
        return switch (format) {
            case AUTO -> onCpu(checkpoint);
            case FLOAT32, FLOAT16 -> DType.F32;
            case BFLOAT16 -> DType.BF16;
        };
    }

    private static DType onCpu(DType checkpoint) {
        return checkpoint == DType.F16 ? DType.F32 : checkpoint;
    }

    /** As people write it: bf16, fp32. */
    static String name(DType dtype) {
        return dtype.name().toLowerCase(Locale.ROOT).replaceFirst("^f(?=\\d)", "fp");
    }
}
