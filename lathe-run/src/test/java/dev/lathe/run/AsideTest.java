package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch failing = new CountDownLatch(1);
        assertThatThrownBy(() -> {
                    try (Aside aside = Aside.begin("test", () -> {
                        awaitQuietly(failing);
                        ended.set(true);
                    })) {
                        failing.countDown();
                        throw new UserError("mine");
                    }
                })
                .hasMessage("mine");
        assertThat(ended).isTrue();
    }

    @Test
    void anInterruptIsKeptForLater() {
        Thread.currentThread().interrupt();
        AtomicBoolean ended = new AtomicBoolean();
        try (Aside aside = Aside.begin("test", () -> ended.set(true))) {
            aside.await();
        }
        assertThat(ended).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
