package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepCountTest {
    @ParameterizedTest
    @CsvSource({"0.1,24,3", "0.1,20,2", "0.03,100,3", "0,24,0", "1,24,1", "4,24,4", "100,24,100", "0.5,3,2"})
    void belowOneIsAShareOfTheRunRoundedUp(double given, int total, int steps) {
        assertThat(StepCount.of(given).of(total)).isEqualTo(steps);
    }
}
