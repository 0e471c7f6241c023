package dev.lathe.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes tensors. */
public final class Tensors {
    private Tensors() {}

    /** Memory whose content is undefined. */
    public static Tensor empty(DType dtype, long... shape) {
        return new Tensor(TensorMemory.empty(dtype, shape));
    }

    /**
     * A matrix whose rows have {@code room} free columns behind them: see {@link Tensor#widened}. Its content is undefined.
     */
    public static Tensor withRoom(DType dtype, long rows, long columns, long room) {
        Tensor wide = empty(dtype, rows, columns + room);
        return room == 0 ? wide : new Tensor(wide.handle().narrow(1, 0, columns), room);
    }

    public static Tensor zeros(DType dtype, long... shape) {
        return empty(dtype, shape).fill(0);
    }

    public static Tensor of(float[] values, long... shape) {
        Tensor tensor = empty(DType.F32, shape);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, tensor.data(), 0, (long) values.length * Float.BYTES);
        return tensor;
    }

    public static Tensor of(double[] values, long... shape) {
        Tensor tensor = empty(DType.F64, shape);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, tensor.data(), 0, (long) values.length * Double.BYTES);
        return tensor;
    }

    public static Tensor of(long[] values, long... shape) {
        Tensor tensor = empty(DType.I64, shape);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, tensor.data(), 0, (long) values.length * Long.BYTES);
        return tensor;
    }

    /** An int64 vector. */
    public static Tensor indices(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return of(wide, values.length);
    }

    /** Row-major memory seen as a tensor, not copied: {@code memory} must be native and outlive it. */
    public static Tensor view(MemorySegment memory, DType dtype, long... shape) {
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        if (bytes != memory.byteSize()) {
            throw new IllegalArgumentException(
                    "the shape asks for " + bytes + " bytes, the memory has " + memory.byteSize());
        }
        return new Tensor(torch.from_blob(new TensorMemory.Address(memory.address()), shape, DTypes.options(dtype)));
    }

    /** Pieces side by side along {@code dimension}. */
    public static Tensor concat(List<Tensor> pieces, int dimension) {
        TensorVector vector =
                new TensorVector(pieces.stream().map(Tensor::handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
        return new Tensor(torch.cat(vector, dimension));
    }

    /** [rows, columns], −∞ right of the diagonal that starts at column {@code offset}, 0 elsewhere. */
    public static Tensor causalMask(DType dtype, long rows, long columns, long offset) {
        Tensor mask = empty(dtype, rows, columns);
        mask.handle().fill_(new Scalar(Double.NEGATIVE_INFINITY));
        return new Tensor(torch.triu(mask.handle(), offset + 1));
    }
}
