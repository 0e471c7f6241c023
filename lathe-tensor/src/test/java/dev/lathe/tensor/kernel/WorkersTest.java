package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersTest {
    @ParameterizedTest
    @CsvSource({"1,0", "1,7", "2,0", "2,1", "2,2", "3,2", "3,100", "8,5"})
    void everyPartRunsOnce(int threads, int parts) {
        try (Workers workers = new Workers(threads)) {
            for (int round = 0; round < 200; round++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(parts);
                workers.run(parts, runs::incrementAndGet);
                for (int i = 0; i < parts; i++) {
                    assertThat(runs.get(i)).isEqualTo(1);
                }
                if (round % 50 == 0) {
                    LockSupport.parkNanos(1_000_000); // long enough for the others to fall asleep
                }
            }
        }
    }

    @Test
    void anExceptionArrivesAndTheNextJobRuns() {
        try (Workers workers = new Workers(3)) {
            for (int round = 0; round < 20; round++) {
                assertThatThrownBy(() -> workers.run(50, part -> {
                            if (part % 10 == 3) {
                                throw new ArithmeticException("part");
                            }
                        }))
                        .isInstanceOf(ArithmeticException.class)
                        .hasMessage("part");
                AtomicInteger runs = new AtomicInteger();
                workers.run(9, part -> runs.incrementAndGet());
                assertThat(runs).hasValue(9);
            }
        }
    }

    @Test
    void aPartMayHandOutWorkItself() {
        try (Workers workers = new Workers(3)) {
            AtomicInteger runs = new AtomicInteger();
            workers.run(6, part -> workers.run(6, inner -> runs.incrementAndGet()));
            assertThat(runs).hasValue(36);
        }
    }

    @Test
    void atLeastOneThread() {
        assertThatThrownBy(() -> new Workers(0)).hasMessageContaining("not 0");
    }
}
