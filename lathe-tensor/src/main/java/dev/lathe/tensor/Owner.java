package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/**
 * Owns tensors that outlive the scopes they were made in, such as a model's and its optimizer's: what is made while
 * {@link #own} runs, and either is released ({@link Scope#release}) or in no inner scope, is freed when this closes.
 * Java's collector would also find it one day, but sees only small objects and is in no hurry.
 */
public final class Owner implements AutoCloseable {
    private static final ScopedValue<PointerScope> CURRENT = ScopedValue.newInstance();

    private final List<PointerScope> made = new ArrayList<>();

    /** Runs {@code making} for this owner. */
    public <T> T own(Supplier<T> making) {
        PointerScope pointers = new PointerScope();
        made.add(pointers);
        try {
            return ScopedValue.where(CURRENT, pointers).call(making::get);
        } finally {
            pointers.extend().close(); // no longer the thread's innermost scope, but frees nothing yet
        }
    }

    static void take(Tensor released) {
        if (!CURRENT.isBound()) {
            released.handle().retainReference();
        } else if (PointerScope.getInnerScope() != CURRENT.get()) { // else it is there already
            CURRENT.get().attach(released.handle());
        }
    }

    @Override
    public void close() {
        made.forEach(PointerScope::close);
        made.clear();
    }
}
