package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Work beside other work fails as it would have failed alone, and is never left behind. */
class AsideTest {
    @Test
    void whatIsThrownThereIsThrownHere() {
        UserError failure = new UserError("the library is not there");
        try (Aside aside = Aside.begin("test", () -> {
            throw failure;
        })) {
            assertThatThrownBy(aside::await).isSameAs(failure);
        }
        LinkageError linkage = new UnsatisfiedLinkError("libgomp.so.1");
        try (Aside aside = Aside.begin("test", () -> {
            throw linkage;
        })) {
            assertThatThrownBy(aside::await).isSameAs(linkage);
        }
    }

    @Test
    void theOwnersOwnFailureIsTheOneThatIsSeen() {
        assertThatThrownBy(() -> {
                    try (Aside aside = Aside.begin("test", () -> {
                        throw new UserError("theirs");
                    })) {
                        throw new UserError("mine");
                    }
                })
                .isInstanceOf(UserError.class)
                .hasMessage("mine")
                .hasNoSuppressedExceptions();
    }

    @Test
    void itsEndIsWaitedForEvenWhenTheOwnerFails() {
        AtomicBoolean waited = new AtomicBoolean();
        Thread owner = Thread.currentThread();
        assertThatThrownBy(() -> {
                    try (Aside aside = Aside.begin("test", () -> waited.set(isWaiting(owner)))) {
                        throw new UserError("mine");
                    }
                })
                .hasMessage("mine");
        assertThat(waited).isTrue();
    }

    /** The owner is interrupted before it waits, and waits all the same. */
    @Test
    void anInterruptIsKeptForLater() {
        AtomicBoolean waited = new AtomicBoolean();
        Thread owner = Thread.currentThread();
        try (Aside aside = Aside.begin("test", () -> waited.set(isWaiting(owner)))) {
            owner.interrupt();
            aside.await();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(waited).isTrue();
    }

    /** Holds its caller up until {@code owner} waits; false when it does not within seconds. */
    private static boolean isWaiting(Thread owner) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (owner.getState() != Thread.State.WAITING) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(100_000);
        }
        return true;
    }
}
