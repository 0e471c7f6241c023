package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rows of BF16 or F32 numbers in memory. Kernels that write take any matrix whose rows do not overlap; they may be given
 * the same matrix as input and output only where they say so.
 *
 * @param data starts at the first element of the first row; need not be aligned
 * @param rowStride elements from one row to the next, at least {@code columns}: more for a slice of a wider matrix
 */
public record Matrix(MemorySegment data, Element element, long rows, long columns, long rowStride) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    /** @throws IllegalArgumentException when the memory is too short for the shape */
    public Matrix {
        if (rows < 0 || columns < 0 || columns > 1 << 28 || rowStride < columns) {
            throw new IllegalArgumentException("no matrix: " + rows + " x " + columns + ", row stride " + rowStride);
        }
        long elements = rows == 0 ? 0 : Math.addExact(Math.multiplyExact(rows - 1, rowStride), columns);
        if (data.byteSize() < Math.multiplyExact(elements, element.bytes())) {
            throw new IllegalArgumentException(
                    rows + " x " + columns + " " + element + " do not fit in " + data.byteSize() + " bytes");
        }
    }

    /** Rows without gaps. */
    public static Matrix of(MemorySegment data, Element element, long rows, long columns) {
        return new Matrix(data, element, rows, columns, columns);
    }

    /** Columns {@code from} to {@code from + count}, sharing memory. */
    public Matrix slice(long from, long count) {
        if (from < 0 || count < 0 || from + count > columns) {
            throw new IndexOutOfBoundsException(from + " + " + count + " of " + columns + " columns");
        }
        long skipped = rows == 0 ? 0 : from * element.bytes();
        return new Matrix(data.asSlice(skipped), element, rows, count, rowStride);
    }

    /** Rows and columns from {@code row} and {@code column} on, sharing memory. */
    public Matrix part(long row, long rowCount, long column, long columnCount) {
        if (row < 0 || rowCount < 0 || row + rowCount > rows) {
            throw new IndexOutOfBoundsException(row + " + " + rowCount + " of " + rows + " rows");
        }
        Matrix columns = slice(column, columnCount);
        long skipped = rowCount == 0 ? 0 : row * rowStride * element.bytes();
        return new Matrix(columns.data.asSlice(skipped), element, rowCount, columnCount, rowStride);
    }

    /** Copies rows {@code first} to {@code first + count} to rows {@code at} and on of {@code to}, of the same width and type. */
    public void copyRows(long first, long count, Matrix to, long at) {
        if (columns != to.columns || element != to.element) {
            throw new IllegalArgumentException("rows of " + columns + " " + element + " for " + to);
        }
        long bytes = columns * element.bytes();
        for (long row = 0; row < count; row++) {
            MemorySegment.copy(data, offset(first + row, 0), to.data, to.offset(at + row, 0), bytes);
        }
    }

    /** A single row, sharing memory. */
    public Matrix row(long row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException(row + " of " + rows + " rows");
        }
        return new Matrix(data.asSlice(offset(row, 0), columns * element.bytes()), element, 1, columns, columns);
    }

    /**
     * Each row seen as several.
     *
     * @param width columns of each, a divisor of this matrix'; rows must follow each other without gaps where there are two
     */
    public Matrix split(long width) {
        if (width < 1 || columns % width != 0 || (rows > 1 && rowStride != columns)) {
            throw new IllegalArgumentException("rows of " + columns + " cannot be seen as rows of " + width);
        }
        return new Matrix(data, element, rows * (columns / width), width, width);
    }

    /** A row's numbers. */
    public float[] floats(long row) {
        float[] floats = new float[width()];
        long at = offset(row, 0);
        if (element == Element.F32) {
            MemorySegment.copy(data, F32, at, floats, 0, floats.length);
        } else {
            for (int i = 0; i < floats.length; i++) {
                floats[i] = Bf16.widen(data.get(BF16, at + (long) Short.BYTES * i));
            }
        }
        return floats;
    }

    /** Writes {@code numbers} to an F32 matrix without gaps; returns it. */
    public Matrix fill(float[] numbers) {
        if (element != Element.F32 || rowStride != columns || numbers.length != rows * columns) {
            throw new IllegalArgumentException(numbers.length + " numbers for " + this);
        }
        MemorySegment.copy(numbers, 0, data, F32, 0, numbers.length);
        return this;
    }

    /**
     * Writes a row as the column {@code at} of blocks that stand one below the other, each as high as the row is wide and as
     * wide as this matrix.
     */
    public void putColumn(Matrix from, long row, long at) {
        if (from.element != element) {
            throw new IllegalArgumentException(from.element + " for " + this);
        }
        long first = at / columns * from.columns;
        long column = at % columns;
        for (long i = 0; i < from.columns; i++) {
            if (element == Element.F32) {
                data.set(F32, offset(first + i, column), from.data.get(F32, from.offset(row, i)));
            } else {
                data.set(BF16, offset(first + i, column), from.data.get(BF16, from.offset(row, i)));
            }
        }
    }

    /** Writes zeros to rows {@code first} to {@code last}, exclusive. */
    public void clearRows(long first, long last) {
        if (rowStride == columns && first < last) {
            data.asSlice(offset(first, 0), offset(last - first, 0)).fill((byte) 0);
            return;
        }
        for (long row = first; row < last; row++) {
            clear(row, 0);
        }
    }

    /** Bytes before element ({@code row}, {@code column}). */
    long offset(long row, long column) {
        return (row * rowStride + column) * element.bytes();
    }

    int width() {
        return (int) columns;
    }

    float get(long row, long column) {
        long offset = offset(row, column);
        return element == Element.F32 ? data.get(F32, offset) : Bf16.widen(data.get(BF16, offset));
    }

    void set(long row, long column, float value) {
        long offset = offset(row, column);
        if (element == Element.F32) {
            data.set(F32, offset, value);
        } else {
            data.set(BF16, offset, Bf16.narrow(value));
        }
    }

    /** Writes zeros from {@code column} to the end of the row. */
    void clear(long row, long column) {
        if (column < columns) {
            data.asSlice(offset(row, column), (columns - column) * element.bytes())
                    .fill((byte) 0);
        }
    }

    /** @throws IllegalArgumentException when {@code other} has another shape */
    void requireShapeOf(Matrix other) {
        if (rows != other.rows || columns != other.columns) {
            throw new IllegalArgumentException(
                    rows + " x " + columns + " where " + other.rows + " x " + other.columns + " was expected");
        }
    }
}
