package dev.lathe.tensor;

import org.bytedeco.javacpp.PointerScope;

/**
 * Frees, when it closes, every tensor that was made on this thread while it was the innermost open scope. Scopes may be
 * closed in another order than they were opened. Tensors made outside any scope live until {@link Tensor#close}.
 */
public final class Scope implements AutoCloseable {
    private final PointerScope pointers = new PointerScope();

    private Scope() {}

    public static Scope open() {
        return new Scope();
    }

    /** Hands {@code tensor}, made in this scope, to {@code owner}, which frees it instead. */
    public Tensor moveTo(Scope owner, Tensor tensor) {
        org.bytedeco.pytorch.Tensor handle = tensor.handle();
        handle.retainReference();
        owner.pointers.attach(handle);
        handle.releaseReference();
        return tensor;
    }

    /** Takes {@code tensor} out of every scope: whoever holds it calls {@link Tensor#close}. */
    public static Tensor release(Tensor tensor) {
        tensor.handle().retainReference();
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
