package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StackSamplerTest {
    @Test
    void seesWhatAThreadDoesAndWhatLookingCosts() throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            try {
                stop.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();
        StackSampler sampler = StackSampler.watching(waiting, Kinds.load());
        Thread.sleep(300);
        StackSampler.Seen seen = sampler.stop();
        stop.countDown();
        waiting.join();
        assertThat(seen.looks()).isPositive();
        assertThat(seen.share(Kind.OTHER)).isEqualTo(1);
        assertThat(seen.share(Kind.GEMM)).isZero();
        assertThat(seen.seconds()).isGreaterThan(0.29);
        assertThat(seen.overhead()).isBetween(0.0, 1.0);
    }

    @Test
    void sharesAreOfAllLooks() {
        StackSampler.Seen seen = new StackSampler.Seen(java.util.Map.of(Kind.GEMM, 30L, Kind.LORA, 10L), 1, 0);
        assertThat(seen.share(Kind.GEMM)).isEqualTo(0.75);
        assertThat(seen.share(Kind.NORM)).isZero();
    }
}
