package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.data.EpochOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which samples a step sees. */
class StepPlanTest {
    static LongStream seeds() {
        return LongStream.rangeClosed(1, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anEpochVisitsEverySampleOnceAndInItsOrder(long seed) {
        Random random = new Random(seed);
        EpochOrder order = new EpochOrder(random.nextInt(1, 40), seed, random.nextBoolean());
        StepPlan plan = new StepPlan(order, random.nextInt(1, 6), random.nextInt(1, 6), 3, 0);
        for (int epoch = 0; epoch < 3; epoch++) {
            long first = epoch * plan.stepsPerEpoch();
            int[] visited = LongStream.range(first, first + plan.stepsPerEpoch())
                    .mapToObj(plan::step)
                    .flatMap(step -> step.microBatches().stream())
                    .flatMapToInt(Arrays::stream)
                    .toArray();
            assertThat(visited).isEqualTo(order.order(epoch));
            double end = plan.step(first + plan.stepsPerEpoch() - 1).epochAfter();
            assertThat(end).isCloseTo(epoch + 1, within(1e-12));
            assertThat(plan.endsEpoch(first + plan.stepsPerEpoch())).isTrue();
        }
    }

    @Test
    void theLastStepAndItsLastBatchMayBeSmaller() {
        StepPlan plan = new StepPlan(new EpochOrder(11, 0, false), 2, 4, 1.5, 0);
        assertThat(plan.stepsPerEpoch()).isEqualTo(2);
        assertThat(plan.totalSteps()).isEqualTo(3);
        assertThat(plan.step(1).microBatches()).containsExactly(new int[] {8, 9}, new int[] {10});
        assertThat(plan.step(0).epochAfter()).isEqualTo(4.0 / 6);
        assertThat(plan.step(2).microBatches().getFirst()).containsExactly(0, 1);
    }

    @Test
    void maxStepsWinsAndGoesRoundAgain() {
        StepPlan plan = new StepPlan(new EpochOrder(4, 0, false), 2, 1, 1, 5);
        assertThat(plan.totalSteps()).isEqualTo(5);
        assertThat(plan.totalEpochs()).isEqualTo(2.5);
        assertThat(IntStream.range(0, 5)
                        .map(step -> plan.step(step).microBatches().getFirst()[0]))
                .containsExactly(0, 2, 0, 2, 0);
    }
}
