package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Owns tensors that outlive the scope they were made in, such as a model's and its optimizer's: all that was released
 * ({@link Scope#release}) while {@link #own} ran is freed when this closes. Java's collector would also find it one day,
 * but sees only small objects and is in no hurry.
 */
public final class Owner implements AutoCloseable {
    private static final ScopedValue<Owner> CURRENT = ScopedValue.newInstance();

    private final List<Tensor> tensors = new ArrayList<>();

    /** Runs {@code making}. Tensors that it releases belong to this; those that it leaves in no scope are freed at once. */
    public <T> T own(Supplier<T> making) {
        try (Scope scope = Scope.open()) {
            return ScopedValue.where(CURRENT, this).call(making::get);
        }
    }

    static void take(Tensor released) {
        if (CURRENT.isBound()) {
            CURRENT.get().tensors.add(released);
        }
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
        tensors.clear();
    }
}
