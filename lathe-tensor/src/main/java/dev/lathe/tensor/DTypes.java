package dev.lathe.tensor;

import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@link DType} in libtorch's words. */
final class DTypes {
    private DTypes() {}

    static ScalarType torch(DType dtype) {
        return switch (dtype) {
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case F64 -> ScalarType.Double;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            case I16 -> ScalarType.Short;
            case I8 -> ScalarType.Char;
            case U8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    static DType of(ScalarType type) {
        for (DType dtype : DType.values()) {
            if (torch(dtype).value == type.intern().value) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("no DType for " + type);
    }

    static TensorOptions options(DType dtype) {
        return new TensorOptions(torch(dtype));
    }
}
