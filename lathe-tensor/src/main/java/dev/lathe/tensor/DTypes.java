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
            case U64 -> ScalarType.UInt64;
            case U32 -> ScalarType.UInt32;
            case U16 -> ScalarType.UInt16;
            case U8 -> ScalarType.Byte;
            case F8_E4M3 -> ScalarType.Float8_e4m3fn;
            case F8_E5M2 -> ScalarType.Float8_e5m2;
            case F8_E8M0 -> ScalarType.Float8_e8m0fnu;
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
