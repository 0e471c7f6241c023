package dev.lathe.model.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The pickle (protocol 2) inside torch's old weight files: a dict of tensors, each rebuilt from a storage that lies
 * beside the pickle. Written with the few operations that {@code torch.load(weights_only=True)} allows.
 */
final class StatePickle {
    private static final byte PROTO = (byte) 0x80;
    private static final byte LONG1 = (byte) 0x8a;
    private static final byte NEWFALSE = (byte) 0x89;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private StatePickle() {}

    /** The storage of tensor number i is named i. */
    static byte[] of(List<TensorSpec> tensors) {
        StatePickle pickle = new StatePickle();
        pickle.op(PROTO).op((byte) 2).op('}').op('('); // an empty dict, and a mark before its items
        for (int i = 0; i < tensors.size(); i++) {
            pickle.text(tensors.get(i).name()).tensor(tensors.get(i), Integer.toString(i));
        }
        pickle.op('u').op('.'); // into the dict; stop
        return pickle.out.toByteArray();
    }

    /** _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks). */
    private void tensor(TensorSpec spec, String key) {
        global("torch._utils", "_rebuild_tensor_v2").op('(');
        op('(').text("storage")
                .global("torch", storage(spec))
                .text(key)
                .text("cpu")
                .number(spec.elements());
        op('t').op('Q'); // a tuple that names an object outside the pickle
        number(0);
        tuple(spec.shape()).tuple(strides(spec.shape()));
        op(NEWFALSE).global("collections", "OrderedDict").op(')').op('R');
        op('t').op('R');
    }

    private static String storage(TensorSpec spec) {
        return switch (spec.dtype()) {
            case F32 -> "FloatStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case F64 -> "DoubleStorage";
            case I64 -> "LongStorage";
            case I32 -> "IntStorage";
            case I16 -> "ShortStorage";
            case I8 -> "CharStorage";
            case U8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
            case U64, U32, U16, F8_E4M3, F8_E5M2, F8_E8M0 ->
                throw new IllegalArgumentException("torch's old files know no " + spec.dtype());
        };
    }

    /** Row-major. */
    private static long[] strides(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }

    private StatePickle tuple(long... numbers) {
        op('(');
        for (long number : numbers) {
            number(number);
        }
        return op('t');
    }

    private StatePickle global(String module, String name) {
        out.writeBytes("c%s\n%s\n".formatted(module, name).getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    private StatePickle text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X').little(Integer.BYTES, bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    /** Not negative. */
    private StatePickle number(long value) {
        if (value < 1 << 8) {
            return op('K').op((byte) value);
        }
        if (value <= Integer.MAX_VALUE) {
            return op('J').little(Integer.BYTES, value);
        }
        return op(LONG1).op((byte) Long.BYTES).little(Long.BYTES, value);
    }

    private StatePickle little(int bytes, long value) {
        ByteBuffer buffer =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        out.write(buffer.array(), 0, bytes);
        return this;
    }

    private StatePickle op(char code) {
        return op((byte) code);
    }

    private StatePickle op(byte code) {
        out.write(code);
        return this;
    }
}
