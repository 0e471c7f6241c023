package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapeTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void whatNobodyNeedsIsNotRecorded() {
        Tape tape = Tape.recording();
        Tensor x = Tensors.of(new float[] {1, 2}, 1, 2);
        Tensor y = Residual.add(tape, x, x);
        assertThat(tape.needs(y)).isFalse();
        assertThat(tape.gradient(x)).isEmpty();
    }

    @Test
    void aTapeThatIsOffRefusesToRecord() {
        Tensor x = Tensors.of(new float[] {1}, 1);
        assertThatThrownBy(() -> Tape.off().record(x, dy -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void scopesMoveAndReleaseTensors() {
        Tensor kept;
        Tensor moved;
        Tensor lost;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = Scope.release(Tensors.of(new float[] {3}, 1));
                moved = inner.moveTo(outer, Tensors.of(new float[] {4}, 1));
                lost = Tensors.of(new float[] {5}, 1);
            }
            assertThat(moved.toFloats()).containsExactly(4);
            assertThat(lost.handle().isNull()).isTrue();
        }
        assertThat(kept.toFloats()).containsExactly(3);
        assertThat(moved.handle().isNull()).isTrue();
        kept.close();
        assertThat(kept.handle().isNull()).isTrue();
    }
}
