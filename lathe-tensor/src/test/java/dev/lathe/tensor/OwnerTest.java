package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnerTest {
    private final Owner owner = new Owner();

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void keepsWhatIsReleasedUntilItCloses() {
        List<Tensor> unreleased = new ArrayList<>();
        Parameter whole = owner.own(() -> {
            unreleased.add(Tensors.zeros(DType.F32, 5));
            return new Parameter("whole", Scope.release(Tensors.zeros(DType.F32, 2, 3)), DType.BF16);
        });
        List<Parameter> parts = owner.own(() -> whole.split(List.of("a", "b"), List.of(1L, 1L)));
        assertThat(isFreed(unreleased.getFirst())).isTrue();
        assertThat(parts.getLast().compute().toFloats()).containsExactly(0, 0, 0);
        owner.close();
        for (Parameter parameter : List.of(whole, parts.getFirst(), parts.getLast())) {
            assertThat(List.of(parameter.master(), parameter.gradient(), parameter.compute()))
                    .allMatch(OwnerTest::isFreed);
        }
    }

    @Test
    void whatItOwnsCanBeClosedEarlier() {
        Tensor early = owner.own(() -> Scope.release(Tensors.zeros(DType.F32, 4)));
        early.close();
        assertThat(isFreed(early)).isTrue();
        owner.close();
    }

    @Test
    void doesNotTakeWhatIsReleasedElsewhere() {
        Tensor before = Scope.release(Tensors.zeros(DType.F32, 2));
        assertThat(owner.own(() -> 1)).isEqualTo(1);
        Tensor after = Scope.release(Tensors.zeros(DType.F32, 2));
        owner.close();
        assertThat(List.of(before, after)).noneMatch(OwnerTest::isFreed);
        before.close();
        after.close();
    }

    private static boolean isFreed(Tensor tensor) {
        return tensor.handle().isNull();
    }
}
