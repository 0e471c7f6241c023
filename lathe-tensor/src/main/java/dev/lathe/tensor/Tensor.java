package dev.lathe.tensor;

import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * An n-dimensional array of libtorch. Operations return new tensors, those whose name ends in {@code InPlace} change and
 * return this one. None of them is seen by autograd; gradients are the {@link Tape}'s. Freed by its {@link Scope}.
 */
public final class Tensor implements AutoCloseable {
    private final org.bytedeco.pytorch.Tensor handle;
    private final long room;

    Tensor(org.bytedeco.pytorch.Tensor handle) {
        this(handle, 0);
    }

    Tensor(org.bytedeco.pytorch.Tensor handle, long room) {
        this.handle = handle;
        this.room = room;
    }

    org.bytedeco.pytorch.Tensor handle() {
        return handle;
    }

    /** Frees it now, ahead of its scope. */
    @Override
    public void close() {
        handle.close();
    }

    // Shape and memory

    public long size(int dimension) {
        return handle.size(dimension);
    }

    public int dimensions() {
        return (int) handle.dim();
    }

    public long[] shape() {
        long[] shape = new long[dimensions()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = handle.size(i);
        }
        return shape;
    }

    public long count() {
        return handle.numel();
    }

    /** Whether its elements stand one after the other in its own order. */
    public boolean isContiguous() {
        return handle.is_contiguous();
    }

    public DType dtype() {
        return DTypes.of(handle.scalar_type());
    }

    /** Its memory; the tensor must be contiguous. Valid as long as the tensor is. */
    public MemorySegment data() {
        if (!isContiguous()) {
            throw new IllegalStateException("only a contiguous tensor can be seen as memory");
        }
        return count() == 0 // libtorch allocates nothing for nothing
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(handle.data_ptr().address()).reinterpret(handle.nbytes());
    }

    public Tensor reshape(long... shape) {
        return new Tensor(handle.reshape(shape));
    }

    /** [rows, n · width] seen as [rows, n, width], sharing memory even where rows are a slice of wider ones. */
    public Tensor splitColumns(int width) {
        return new Tensor(handle.unflatten(1, -1L, width));
    }

    public Tensor permute(long... dimensions) {
        return new Tensor(handle.permute(dimensions));
    }

    public Tensor transpose(int a, int b) {
        return new Tensor(handle.transpose(a, b));
    }

    /** Rows {@code from} to {@code from + length} of {@code dimension}, sharing memory. */
    public Tensor narrow(int dimension, long from, long length) {
        return new Tensor(handle.narrow(dimension, from, length));
    }

    /** This matrix with the {@code columns} that {@link Tensors#withRoom} left free behind its rows, or a copy that has them. */
    public Tensor widened(long columns) {
        if (room == columns) {
            return new Tensor(
                    handle.as_strided(new long[] {size(0), size(1) + room}, new long[] {handle.stride(0), 1}));
        }
        Tensor wide = Tensors.empty(dtype(), size(0), size(1) + columns);
        wide.narrow(1, 0, size(1)).copyFrom(this);
        return wide;
    }

    public Tensor unsqueeze(int dimension) {
        return new Tensor(handle.unsqueeze(dimension));
    }

    public Tensor contiguous() {
        return new Tensor(handle.contiguous());
    }

    /** In memory of its own, laid out in its own order. */
    public Tensor copy() {
        return new Tensor(handle.clone(new MemoryFormatOptional(torch.MemoryFormat.Contiguous)));
    }

    /** In another element type; a handle to the same memory when it has that type already. */
    public Tensor to(DType dtype) {
        if (dtype() == dtype || !isContiguous() || GradMode.is_enabled()) {
            return new Tensor(handle.to(DTypes.torch(dtype)));
        }
        return Tensors.empty(dtype, shape()).copyFrom(this); // in memory that is at hand, instead of from the system
    }

    // Arithmetic

    public Tensor plus(Tensor other) {
        return new Tensor(handle.add(other.handle));
    }

    public Tensor minus(Tensor other) {
        return new Tensor(handle.sub(other.handle));
    }

    public Tensor times(Tensor other) {
        return new Tensor(handle.mul(other.handle));
    }

    public Tensor times(double factor) {
        return new Tensor(handle.mul(new Scalar(factor)));
    }

    public Tensor addInPlace(Tensor other) {
        handle.add_(other.handle);
        return this;
    }

    /** this += factor · other. */
    public Tensor addInPlace(Tensor other, double factor) {
        handle.add_(other.handle, new Scalar(factor));
        return this;
    }

    public Tensor addInPlace(double value) {
        handle.add_(new Scalar(value));
        return this;
    }

    public Tensor subtractInPlace(Tensor other) {
        handle.sub_(other.handle);
        return this;
    }

    public Tensor multiplyInPlace(Tensor other) {
        handle.mul_(other.handle);
        return this;
    }

    public Tensor multiplyInPlace(double factor) {
        handle.mul_(new Scalar(factor));
        return this;
    }

    /** this += factor · a ∘ b. */
    public Tensor addProductInPlace(Tensor a, Tensor b, double factor) {
        handle.addcmul_(a.handle, b.handle, new Scalar(factor));
        return this;
    }

    /** this += factor · a / b. */
    public Tensor addQuotientInPlace(Tensor a, Tensor b, double factor) {
        handle.addcdiv_(a.handle, b.handle, new Scalar(factor));
        return this;
    }

    public Tensor fill(double value) {
        handle.fill_(new Scalar(value));
        return this;
    }

    public Tensor copyFrom(Tensor source) {
        handle.copy_(source.handle);
        return this;
    }

    public Tensor exp() {
        return new Tensor(handle.exp());
    }

    public Tensor expInPlace() {
        handle.exp_();
        return this;
    }

    public Tensor sqrt() {
        return new Tensor(handle.sqrt());
    }

    public Tensor rsqrt() {
        return new Tensor(handle.rsqrt());
    }

    public Tensor square() {
        return new Tensor(handle.square());
    }

    public Tensor sigmoid() {
        return new Tensor(handle.sigmoid());
    }

    /** x · sigmoid(x) */
    public Tensor silu() {
        return new Tensor(torch.silu(handle));
    }

    /** The gradient of x where {@code dy} is that of {@link #silu}. */
    public Tensor siluGradient(Tensor dy) {
        return new Tensor(torch.silu_backward(dy.handle, handle));
    }

    // Products

    /** [n, k] × [k, m], or batched [b, n, k] × [b, k, m]. */
    public Tensor matmul(Tensor other) {
        if (dimensions() == 3) {
            return new Tensor(torch.bmm(handle, other.handle));
        }
        if (GradMode.is_enabled()) { // within Autograd's expression
            return new Tensor(torch.mm(handle, other.handle));
        }
        Tensor product = Tensors.empty(dtype(), size(0), other.size(1));
        if (!FewRows.multiply(product, this, other)) {
            Products.multiply(product, this, other);
        }
        return product;
    }

    /** The same of matrices by libtorch's own products, whatever else this host has: to measure by. */
    public Tensor matmulByLibtorch(Tensor other) {
        Tensor product = Tensors.empty(dtype(), size(0), other.size(1));
        Products.multiplyByLibtorch(product, this, other);
        return product;
    }

    /** this = factor · a × b for matrices. */
    public Tensor setMatmul(Tensor a, Tensor b, double factor) {
        Products.multiply(this, a, b, factor);
        return this;
    }

    /** this += factor · a × b for matrices. */
    public Tensor addMatmulInPlace(Tensor a, Tensor b, double factor) {
        Products.accumulate(this, a, b, factor);
        return this;
    }

    // Reductions; kept dimensions have size one

    public Tensor sum(int dimension, boolean keep) {
        return new Tensor(handle.sum(new long[] {dimension}, keep, new ScalarTypeOptional()));
    }

    public Tensor mean(int dimension, boolean keep) {
        return new Tensor(handle.mean(new long[] {dimension}, keep, new ScalarTypeOptional()));
    }

    public Tensor logSumExp(int dimension, boolean keep) {
        return new Tensor(torch.logsumexp(handle, new long[] {dimension}, keep));
    }

    public Tensor softmax(int dimension) {
        return new Tensor(torch.softmax(handle, dimension));
    }

    public Tensor argmax(int dimension) {
        return new Tensor(handle.argmax(new LongOptional(dimension), false));
    }

    /** The sum of all elements, added up in double. */
    public double sum() {
        return handle.sum(new ScalarTypeOptional(torch.ScalarType.Double)).item_double();
    }

    /** The L2 norm of all elements. */
    public double norm() {
        return handle.norm().item_double();
    }

    /** The only element. */
    public double item() {
        return handle.item_double();
    }

    // Indexing

    /** The rows of {@code dimension} that {@code index} (int64) names. */
    public Tensor select(int dimension, Tensor index) {
        return new Tensor(handle.index_select(dimension, index.handle));
    }

    /** this[index[i]] += source[i] along {@code dimension}. */
    public Tensor indexAddInPlace(int dimension, Tensor index, Tensor source) {
        handle.index_add_(dimension, index.handle, source.handle);
        return this;
    }

    /** out[i, j] = this[i, index[i, j]] for dimension 1, and so on. */
    public Tensor gather(int dimension, Tensor index) {
        return new Tensor(handle.gather(dimension, index.handle));
    }

    /** this[i, index[i, j]] += source[i, j] for dimension 1, and so on. */
    public Tensor scatterAddInPlace(int dimension, Tensor index, Tensor source) {
        handle.scatter_add_(dimension, index.handle, source.handle);
        return this;
    }

    // To Java

    /** All elements in row-major order. */
    public float[] toFloats() {
        try (Scope scope = Scope.open()) {
            Tensor dense = to(DType.F32).contiguous();
            return dense.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
        }
    }

    /** All elements in row-major order. */
    public double[] toDoubles() {
        try (Scope scope = Scope.open()) {
            Tensor dense = to(DType.F64).contiguous();
            return dense.data().toArray(java.lang.foreign.ValueLayout.JAVA_DOUBLE);
        }
    }

    @Override
    public String toString() {
        return dtype() + java.util.Arrays.toString(shape());
    }
}
