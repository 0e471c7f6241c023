package dev.lathe.run;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work that goes on on a thread of its own while its owner does something else. The owner always waits for its end: a
 * process must not exit while a library is being loaded.
 */
final class Aside implements AutoCloseable {
    private final FutureTask<Boolean> work;

    private Aside(FutureTask<Boolean> work) {
        this.work = work;
    }

    /** Begins it. {@code name}: the thread's. */
    static Aside begin(String name, Runnable work) {
        FutureTask<Boolean> task = new FutureTask<>(work, true);
        Thread.ofPlatform().daemon().name(name).start(task);
        return new Aside(task);
    }

    /** Waits for its end; throws here what was thrown there. */
    void await() {
        boolean interrupted = false;
        while (true) {
            try {
                boolean ignored = work.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException failure -> throw failure;
                    case Error failure -> throw failure;
                    case null, default -> throw new IllegalStateException(e);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for its end; what was thrown there is left to {@link #await}, or its owner has a failure of their own. */
    @Override
    public void close() {
        try {
            await();
        } catch (RuntimeException | Error e) {
            // see above
        }
    }
}
