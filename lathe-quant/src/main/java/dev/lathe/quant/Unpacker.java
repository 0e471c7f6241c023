package dev.lathe.quant;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import dev.lathe.tensor.kernel.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Unpacks the matrices of a model, one layer at a time, into a buffer that all of them share. Belongs to the one thread that
 * computes; {@link Torch#workers} help it.
 */
public final class Unpacker implements AutoCloseable {
    /** Numbers a worker unpacks at a time: some 10 µs. */
    private static final long PART = 32_768;
    /** Numbers a worker multiplies at a time, where they lie: some 10 µs. */
    private static final long FEW_PART = 131_072;

    /** Rows turned into columns at a time. */
    private static final long TURNED = 64;

    private final PackedKernels kernels;
    private final Map<DType, Tensor> buffers = new EnumMap<>(DType.class);

    public Unpacker() {
        this(PackedKernels.forHost());
    }

    Unpacker(PackedKernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Matrices one below the other, [sum of their outs, in]; valid until the next call.
     *
     * @param dtype F32, BF16 or F16
     */
    Tensor shared(List<PackedMatrix> parts, long in, DType dtype) {
        Tensor matrix = buffer(dtype, out(parts), in);
        fill(parts, in, matrix);
        return matrix;
    }

    /** The same with columns behind them: [sum of their outs, in + columns], in the type of the columns. */
    Tensor shared(List<PackedMatrix> parts, long in, Tensor columns) {
        Tensor matrix = buffer(columns.dtype(), columns.size(0), in + columns.size(1));
        try (Tensor left = matrix.narrow(1, 0, in);
                Tensor right = matrix.narrow(1, in, columns.size(1))) {
            fill(parts, in, left);
            right.copyFrom(columns);
        }
        return matrix;
    }

    /** The same in memory of its own. */
    Tensor dense(List<PackedMatrix> parts, long in, DType dtype) {
        Tensor matrix = Tensors.empty(dtype, out(parts), in);
        fill(parts, in, matrix);
        return matrix;
    }

    /** Some rows of a matrix, in memory of their own: [rows, in]. */
    Tensor rows(PackedMatrix matrix, long[] rows, DType dtype) {
        if (dtype == DType.F16) { // which kernels do not write
            return rows(matrix, rows, DType.F32).to(dtype);
        }
        Tensor some = Tensors.empty(dtype, rows.length, matrix.in());
        Matrix to = Matrices.of(some);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= matrix.out()) {
                throw new IndexOutOfBoundsException("row %d of %d".formatted(rows[i], matrix.out()));
            }
            matrix.rows(kernels.rows(), rows[i], rows[i] + 1, to, i);
        }
        return some;
    }

    /**
     * A stack of matrices, each turned, in memory of its own: [stack, in, out].
     *
     * @param matrices one below the other
     */
    Tensor turned(PackedMatrix matrices, long stack, DType dtype) {
        if (dtype == DType.F16) { // which kernels do not write
            return turned(matrices, stack, DType.F32).to(dtype);
        }
        long in = matrices.in();
        long out = matrices.out() / stack;
        Tensor whole = Tensors.empty(dtype, stack * in, out);
        Matrix to = Matrices.of(whole);
        long columns = Math.ceilDiv(out, TURNED);
        Torch.workers().run(Math.toIntExact(stack * columns), job -> {
            long expert = job / columns;
            long first = job % columns * TURNED;
            int count = (int) Math.min(TURNED, out - first);
            float[][] rows = new float[count][(int) in];
            for (int r = 0; r < count; r++) {
                matrices.row(expert * out + first + r, rows[r]);
            }
            Matrix strip = to.slice(first, count);
            float[] column = Rows.buffer(count);
            for (int c = 0; c < in; c++) {
                for (int r = 0; r < count; r++) {
                    column[r] = rows[r][c];
                }
                kernels.rows().write(column, strip, expert * in + c);
            }
        });
        return whole.reshape(stack, in, out);
    }

    /** x Wᵀ without a dense W: for a few rows, where unpacking would cost more than multiplying. */
    Tensor few(List<PackedMatrix> parts, Tensor x) {
        if (x.dtype() == DType.F16) { // which kernels do not write
            return few(parts, x.to(DType.F32)).to(DType.F16);
        }
        Tensor y = Tensors.empty(x.dtype(), x.size(0), out(parts));
        few(parts, Matrices.of(x), Matrices.of(y));
        return y;
    }

    /** The same, written to y: [rows, sum of the parts' outs]. */
    void few(List<PackedMatrix> parts, Matrix x, Matrix to) {
        int count = Math.toIntExact(x.rows());
        Vectors vectors = Vectors.of(kernels.rows(), x, parts);
        float[][] y = new float[count][];
        Arrays.setAll(y, v -> Rows.buffer(to.columns()));
        long[] starts = starts(parts);
        List<Range> ranges = ranges(parts, PackedMatrix::shares, FEW_PART);
        Torch.workers().run(ranges.size(), job -> {
            Range range = ranges.get(job);
            parts.get(range.part).dots(kernels, range.first, range.last, vectors, y, (int) starts[range.part]);
        });
        for (int v = 0; v < count; v++) {
            kernels.rows().write(y[v], to, v);
        }
    }

    private void fill(List<PackedMatrix> parts, long in, Tensor matrix) {
        if (matrix.dtype() == DType.F16) { // which kernels do not write
            matrix.copyFrom(shared(parts, in, DType.F32));
            return;
        }
        Matrix to = Matrices.of(matrix);
        long[] starts = starts(parts);
        List<Range> ranges = ranges(parts, PackedMatrix::out, PART);
        Torch.workers().run(ranges.size(), job -> {
            Range range = ranges.get(job);
            parts.get(range.part).rows(kernels.rows(), range.first, range.last, to, starts[range.part] + range.first);
        });
    }

    private Tensor buffer(DType dtype, long rows, long columns) {
        long numbers = rows * columns;
        Tensor held = buffers.get(dtype);
        if (held == null || held.count() < numbers) {
            if (held != null) {
                held.close();
            }
            held = Scope.release(Tensors.empty(dtype, numbers));
            buffers.put(dtype, held);
        }
        try (Tensor flat = held.narrow(0, 0, numbers)) {
            return flat.reshape(rows, columns);
        }
    }

    private record Range(int part, long first, long last) {}

    /** Each part's rows, or what takes their place, in runs of some {@code numbers} numbers. */
    private static List<Range> ranges(List<PackedMatrix> parts, ToLongFunction<PackedMatrix> count, long numbers) {
        List<Range> ranges = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            PackedMatrix matrix = parts.get(part);
            long all = count.applyAsLong(matrix);
            long size = Math.max(1, numbers * all / Math.max(1, matrix.out() * matrix.in()));
            for (long first = 0; first < all; first += size) {
                ranges.add(new Range(part, first, Math.min(first + size, all)));
            }
        }
        return ranges;
    }

    private static long[] starts(List<PackedMatrix> parts) {
        long[] starts = new long[parts.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + parts.get(i - 1).out();
        }
        return starts;
    }

    private static long out(List<PackedMatrix> parts) {
        return parts.stream().mapToLong(PackedMatrix::out).sum();
    }

    /** Frees the shared buffers. */
    @Override
    public void close() {
        buffers.values().forEach(Tensor::close);
        buffers.clear();
    }
}
