package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.NumberFormat;
import dev.lathe.tensor.DType;

/** What an exported model's config.json says: what the base's does, with the written number format. */
final class ExportedSettings {
    private ExportedSettings() {}

    /**
     * The number format of the written weights. {@code auto} keeps the checkpoint's, as the reference does where there
     * is no GPU; a config that names none is believed less than the weights themselves.
     */
    static DType dtype(NumberFormat format, LoadedModel base) {
        return switch (format) {
            case AUTO ->
                base.config().hasNonNull("dtype") || base.config().hasNonNull("torch_dtype")
                        ? base.spec().dtype()
                        : base.weights().spec(base.spec().embeddingTensor()).dtype();
            case FLOAT32 -> DType.F32;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
        };
    }

    /** In the spelling the base has: {@code dtype} of transformers 5, or {@code torch_dtype}, which all versions read. */
    static ObjectNode config(LoadedModel merged, DType dtype) {
        ObjectNode config = merged.config().deepCopy();
        config.put(config.has("dtype") ? "dtype" : "torch_dtype", name(dtype));
        if (config.has("dtype")) {
            config.remove("torch_dtype");
        }
        return config;
    }

    private static String name(DType dtype) {
        return switch (dtype) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64, I64, I32, I16, I8, U64, U32, U16, U8, F8_E4M3, F8_E5M2, F8_E8M0, BOOL ->
                throw new IllegalArgumentException("no weights are " + dtype);
        };
    }
}
