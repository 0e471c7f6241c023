package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnerTest {
    private final Owner owner = new Owner();

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void keepsWhatIsMadeForItUntilItCloses() {
        List<Tensor> unreleased = new ArrayList<>();
        List<Tensor> scoped = new ArrayList<>();
        Parameter whole = owner.own(() -> {
            unreleased.add(Tensors.zeros(DType.F32, 5));
            try (Scope scope = Scope.open()) {
                scoped.add(Tensors.zeros(DType.F32, 5));
            }
            return new Parameter("whole", Scope.release(Tensors.zeros(DType.F32, 2, 3)), DType.BF16);
        });
        List<Parameter> parts = owner.own(() -> whole.split(List.of("a", "b"), List.of(1L, 1L)));
        assertThat(isFreed(scoped.getFirst())).isTrue();
        assertThat(unreleased.getFirst().toFloats()).hasSize(5);
        assertThat(parts.getLast().compute().toFloats()).containsExactly(0, 0, 0);
        owner.close();
        assertThat(unreleased).allMatch(OwnerTest::isFreed);
        for (Parameter parameter : List.of(whole, parts.getFirst(), parts.getLast())) {
            assertThat(List.of(parameter.master(), parameter.compute())).allMatch(OwnerTest::isFreed);
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

    @Test
    void isNoScopeOfItsThread() {
        PointerScope innermost = PointerScope.getInnerScope();
        try (Owner another = new Owner()) {
            assertThat(PointerScope.getInnerScope()).isSameAs(innermost);
            another.own(() -> 1);
            assertThat(PointerScope.getInnerScope()).isSameAs(innermost);
        }
        assertThat(PointerScope.getInnerScope()).isSameAs(innermost);
    }

    private static boolean isFreed(Tensor tensor) {
        return tensor.handle().isNull();
    }
}
