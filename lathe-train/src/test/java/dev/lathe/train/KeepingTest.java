package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepingTest {
    private static final int BLOCKS = 6;
    private static final int BLOCK = 1 << 20;

    /** Which blocks are kept, if each takes a mebibyte. */
    private static List<Integer> kept(Keeping keeping) {
        List<Integer> kept = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            Keeping.Choice choice = keeping.begin(BLOCKS);
            for (int block = 0; block < BLOCKS; block++) {
                if (choice.keeps(block)) {
                    Tensors.empty(DType.U8, BLOCK);
                    choice.kept();
                    kept.add(block);
                }
            }
        }
        return kept;
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "3145727, 2", "3145728, 3", "3145729, 3", "9223372036854775807, 6"})
    void asManyBlocksAreKeptAsThereIsRoomFor(long bytes, int count) {
        Assumptions.assumeTrue(NativeMemory.ofTensors().isPresent(), "tensors are not counted on this system");
        assertThat(kept(new Keeping.Within(bytes))).hasSize(count);
    }

    @Test
    void theTopIsCountedFromTheLastBlock() {
        assertThat(kept(new Keeping.Top(2))).containsExactly(4, 5);
        assertThat(kept(new Keeping.Top(0))).isEmpty();
    }
}
