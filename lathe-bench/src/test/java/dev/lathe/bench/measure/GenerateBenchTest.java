package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.model.DecoderSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GenerateBenchTest {
    private static final ModelRequest ANY = new ModelRequest(Optional.empty(), Optional.empty(), List.of());

    @Test
    void aTokenReadsEveryMatrixAndTheTextSoFar() {
        DecoderSpec spec = StepWorkTest.spec(10, 4, 6, 2, 2, 1);
        long weights = 2 * (4 * 8 + 4 * 4 + 4 * 12 + 6 * 4) + 4 * 10;
        long cache = 2 * 2 * 1 * 2 * 100; // layers, keys and values, one head of width 2, 100 tokens
        assertThat(GenerateBench.bytesPerToken(spec, LinearShapes.of(spec), 2, 100))
                .isEqualTo(2.0 * (weights + cache));
    }

    @Test
    void refusesWhatMeasuresNothing() {
        assertThatThrownBy(() -> new GenerateRequest(ANY, 0, 8)).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> new GenerateRequest(ANY, 8, 1)).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> new GenerateRequest(ANY, 8, 8, List.of(8, 0), false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--streams 0");
        assertThatThrownBy(() -> new TrainRequest(ANY, 1, 0, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--steps 0");
        assertThatThrownBy(() -> new TrainRequest(ANY, 0, 1, false)).isInstanceOf(UserError.class);
    }
}
