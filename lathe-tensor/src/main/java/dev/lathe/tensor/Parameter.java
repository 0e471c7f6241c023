package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A tensor that is trained: the master copy that the optimizer changes, a gradient of the master's shape, and the copy
 * that operations compute with (the master itself when the element types agree).
 */
public final class Parameter {
    private final String name;
    private final Tensor master;
    private final Tensor gradient;
    private final Tensor compute;
    private final boolean shared;

    private Parameter(String name, Tensor master, Tensor gradient, Tensor compute, boolean shared) {
        this.name = name;
        this.master = master;
        this.gradient = gradient;
        this.compute = compute;
        this.shared = shared;
    }

    /**
     * @param master owned by this parameter from now on; F32, or BF16 for pure bf16 training
     * @param computeType element type of the operations it takes part in
     */
    public Parameter(String name, Tensor master, DType computeType) {
        this(
                name,
                master,
                Scope.release(Tensors.zeros(master.dtype(), master.shape())),
                master.dtype() == computeType ? master : Scope.release(master.to(computeType)),
                master.dtype() == computeType);
    }

    /**
     * Computed with where somebody else wants it.
     *
     * @param compute of the master's shape; may be a slice
     */
    public static Parameter computedIn(String name, Tensor master, Tensor compute) {
        Parameter parameter = new Parameter(
                name, master, Scope.release(Tensors.zeros(master.dtype(), master.shape())), compute, false);
        parameter.refresh();
        return parameter;
    }

    /**
     * The rows of this matrix (or elements of this vector) as parameters of their own that share its memory: operations
     * use the whole, optimizer and files the parts.
     *
     * @param rows how many each part has; they add up to this one's
     */
    public List<Parameter> split(List<String> names, List<Long> rows) {
        List<Parameter> parts = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < names.size(); i++) {
            long count = rows.get(i);
            parts.add(new Parameter(
                    names.get(i),
                    Scope.release(master.narrow(0, at, count)),
                    Scope.release(gradient.narrow(0, at, count)),
                    Scope.release(compute.narrow(0, at, count)),
                    shared));
            at += count;
        }
        return parts;
    }

    /** The name of the tensor in the checkpoint. */
    public String name() {
        return name;
    }

    public Tensor master() {
        return master;
    }

    /** Summed over the micro-batches of a step. */
    public Tensor gradient() {
        return gradient;
    }

    /** What operations read. */
    public Tensor compute() {
        return compute;
    }

    public void addGradient(Tensor addend) {
        gradient.addInPlace(addend);
    }

    /** gradient += factor · aᵀ b, without the product in between when the types agree. a: [n, rows]; b: [n, columns]. */
    public void addGradientProduct(Tensor a, Tensor b, double factor) {
        if (a.dtype() == gradient.dtype()) {
            gradient.addMatmulInPlace(a.transpose(0, 1), b, factor);
        } else {
            gradient.addInPlace(a.transpose(0, 1).matmul(b), factor);
        }
    }

    /** The sum of the squares of the gradient's elements. */
    public double gradientSquares() {
        return gradient.dtype() == DType.F32
                ? Torch.kernels(DType.F32)
                        .map(kernels -> kernels.sum().squares(gradient.data()))
                        .orElseGet(this::squaresByLibtorch)
                : squaresByLibtorch();
    }

    private double squaresByLibtorch() {
        double norm = gradient.norm();
        return norm * norm;
    }

    /** After the master changed. */
    public void refresh() {
        if (!shared) {
            compute.copyFrom(master);
        }
    }

    public void clearGradient() {
        gradient.fill(0);
    }
}
