package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.MemorySegment;

/** Tensors as kernels see them. */
public final class Matrices {
    private Matrices() {}

    /** A vector as a matrix of one row. */
    public static Matrix ofVector(Tensor vector) {
        return of(vector.unsqueeze(0));
    }

    /** Whether kernels read a matrix of this type. */
    public static boolean reads(DType dtype) {
        return dtype == DType.F32 || dtype == DType.BF16;
    }

    /** A matrix without gaps as a tensor, sharing memory: valid as long as that is. */
    public static Tensor view(Matrix matrix) {
        long bytes = matrix.rows() * matrix.columns() * matrix.element().bytes();
        return Tensors.view(matrix.data().asSlice(0, bytes), dtype(matrix), matrix.rows(), matrix.columns());
    }

    /**
     * The last dimension as columns and all others as rows, sharing memory; valid as long as the tensor is.
     *
     * @param tensor F32 or BF16; contiguous, or of two dimensions and narrowed from wider rows
     * @throws IllegalArgumentException when it is laid out in another way or has another type
     */
    public static Matrix of(Tensor tensor) {
        Element element =
                switch (tensor.dtype()) {
                    case F32 -> Element.F32;
                    case BF16 -> Element.BF16;
                    case F16, F64, I64, I32, I16, I8, U64, U32, U16, U8, F8_E4M3, F8_E5M2, F8_E8M0, BOOL ->
                        throw new IllegalArgumentException("kernels read F32 and BF16, not " + tensor.dtype());
                };
        int last = tensor.dimensions() - 1;
        long columns = tensor.size(last);
        long rows = columns == 0 ? 0 : tensor.count() / columns;
        if (rows == 0) {
            return Matrix.of(MemorySegment.NULL, element, 0, columns); // libtorch allocates nothing for nothing
        }
        boolean contiguous = tensor.handle().is_contiguous();
        if (!contiguous && (last != 1 || tensor.handle().stride(1) != 1)) {
            throw new IllegalArgumentException("rows are not one after the other in " + tensor);
        }
        long rowStride = contiguous ? columns : tensor.handle().stride(0);
        MemorySegment memory = MemorySegment.ofAddress(
                        tensor.handle().data_ptr().address())
                .reinterpret(((rows - 1) * rowStride + columns) * element.bytes());
        return new Matrix(memory, element, rows, columns, rowStride);
    }

    /** Whether a tensor of two dimensions has its rows one after the other, each without gaps. */
    static boolean hasRows(Tensor matrix) {
        return matrix.isContiguous()
                || (matrix.handle().stride(1) == 1 && matrix.handle().stride(0) >= matrix.size(1));
    }

    /** The type of its elements as tensors name it. */
    public static DType dtype(Matrix matrix) {
        return switch (matrix.element()) {
            case F32 -> DType.F32;
            case BF16 -> DType.BF16;
        };
    }
}
