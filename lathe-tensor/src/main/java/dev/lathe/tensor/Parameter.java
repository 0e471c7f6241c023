package dev.lathe.tensor;

import dev.lathe.tensor.kernel.SumKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor that is trained: the master copy that the optimizer changes, its gradient, and the copy that operations compute
 * with (the master itself when the element types agree).
 */
public final class Parameter {
    private final String name;
    private final Tensor master;
    private final Gradient gradient;
    private final Rows rows;
    private final Tensor compute;
    private final boolean shared;

    /** Those of the gradient that are this parameter's. */
    private record Rows(long first, long count, boolean all) {
        static final Rows ALL = new Rows(0, 0, true);

        Tensor of(Tensor gradient) {
            return all ? gradient : gradient.narrow(0, first, count);
        }
    }

    private Parameter(String name, Tensor master, Gradient gradient, Rows rows, Tensor compute, boolean shared) {
        this.name = name;
        this.master = master;
        this.gradient = gradient;
        this.rows = rows;
        this.compute = compute;
        this.shared = shared;
    }

    private Parameter(String name, Tensor master, Tensor compute, boolean shared) {
        this(name, master, new Gradient(master.dtype(), master.shape()), Rows.ALL, compute, shared);
    }

    /**
     * @param master owned by this parameter from now on; F32, or BF16 for pure bf16 training
     * @param computeType element type of the operations it takes part in
     */
    public Parameter(String name, Tensor master, DType computeType) {
        this(
                name,
                master,
                master.dtype() == computeType ? master : Scope.release(master.to(computeType)),
                master.dtype() == computeType);
    }

    /**
     * Computed with where somebody else wants it.
     *
     * @param compute of the master's shape; may be a slice
     */
    public static Parameter computedIn(String name, Tensor master, Tensor compute) {
        Parameter parameter = new Parameter(name, master, compute, false);
        parameter.refresh();
        return parameter;
    }

    /**
     * The rows of this matrix (or elements of this vector) as parameters of their own that share its memory: operations
     * use the whole, optimizer and files the parts.
     *
     * @param counts how many rows each part has; they add up to this one's
     */
    public List<Parameter> split(List<String> names, List<Long> counts) {
        List<Parameter> parts = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < names.size(); i++) {
            long count = counts.get(i);
            parts.add(new Parameter(
                    names.get(i),
                    Scope.release(master.narrow(0, at, count)),
                    gradient,
                    new Rows(rows.first() + at, count, false),
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

    /** Summed over the micro-batches of a step, in the master's type; zeros if nothing came. May be added to. */
    public Tensor gradient() {
        return rows.of(gradient.sum());
    }

    /**
     * Whether a gradient takes memory, here or in the whole that this is a part of. No result depends on it: it is for those
     * who watch that gradients go when they are spent.
     */
    public boolean hasGradient() {
        return !gradient.isEmpty();
    }

    /** The gradient in the type it has at the moment: the compute copy's or the master's. */
    Tensor arrivedGradient() {
        return rows.of(gradient.arrived());
    }

    /** What operations read. */
    public Tensor compute() {
        return compute;
    }

    /** More than one addend is going to come: takes memory for their sum at once, and none for the first beside it. */
    void expectSum() {
        gradient.sum();
    }

    public void addGradient(Tensor addend) {
        if (rows.all()) {
            gradient.add(addend);
        } else {
            gradient().addInPlace(addend);
        }
    }

    /** gradient += factor · aᵀ b. a: [n, rows]; b: [n, columns]. */
    public void addGradientProduct(Tensor a, Tensor b, double factor) {
        if (rows.all()) {
            gradient.addProduct(a, b, factor);
        } else {
            gradient().addInPlace(a.transpose(0, 1).matmul(b), factor);
        }
    }

    /** The sum of the squares of the gradient's elements. */
    public double gradientSquares() {
        return master.dtype() == DType.F32
                ? Torch.kernels(DType.F32)
                        .map(kernels -> squares(kernels.sum()))
                        .orElseGet(this::squaresByLibtorch)
                : squaresByLibtorch();
    }

    private double squares(SumKernel sums) {
        try (Scope scope = Scope.open()) {
            Tensor arrived = arrivedGradient();
            return arrived.dtype() == DType.BF16
                    ? sums.narrowSquares(arrived.data())
                    : sums.squares(gradient().data());
        }
    }

    private double squaresByLibtorch() {
        try (Scope scope = Scope.open()) { // as above, for a part's view, which would keep the memory of the whole
            double norm = gradient().norm();
            return norm * norm;
        }
    }

    /** After the master changed. */
    public void refresh() {
        if (!shared) {
            compute.copyFrom(master);
        }
    }

    /** Gives the gradient's memory back, a part that of the whole. */
    public void clearGradient() {
        gradient.clear();
    }
}
