package dev.lathe.tensor;

import java.util.Optional;
import java.util.function.Supplier;
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

    /** Runs {@code step} in a scope of its own; its result goes to the scope around it, everything else is freed. */
    public static Tensor keepOnly(Supplier<Tensor> step) {
        Optional<PointerScope> outer = Optional.ofNullable(PointerScope.getInnerScope());
        try (Scope inner = new Scope()) {
            Tensor result = step.get();
            result.handle().retainReference();
            outer.ifPresent(scope -> {
                scope.attach(result.handle());
                result.handle().releaseReference();
            });
            return result;
        }
    }

    /**
     * Takes {@code tensor} out of every scope: it belongs to the {@link Owner} for whom it is made, or else whoever holds
     * it calls {@link Tensor#close}.
     */
    public static Tensor release(Tensor tensor) {
        Owner.take(tensor);
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }
}
