package dev.lathe.tensor;

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

    /**
     * @param master owned by this parameter from now on; F32, or BF16 for pure bf16 training
     * @param computeType element type of the operations it takes part in
     */
    public Parameter(String name, Tensor master, DType computeType) {
        this.name = name;
        this.master = master;
        this.shared = master.dtype() == computeType;
        this.compute = shared ? master : Scope.release(master.to(computeType));
        this.gradient = Scope.release(Tensors.zeros(master.dtype(), master.shape()));
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
