package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockTurnsTest {
    private final List<String> touched = new ArrayList<>();
    private final BlockTurns turns = new BlockTurns(new Weights(new Watched(touched), "watched", DType.F32));

    @Test
    void theBlockBeforeIsLetGoAndTheNextInTheSameDirectionIsRead() {
        List<BlockTurns.Turn> up = new ArrayList<>();
        for (int block = 0; block < 3; block++) {
            up.add(turn("model.layers.%d.q_proj".formatted(block), "model.layers.%d.k_proj".formatted(block)));
            up.add(turn("model.layers.%d.o_proj".formatted(block)));
        }
        assertThat(after(up.get(0))).containsExactly("1.q", "1.k", "1.o");
        assertThat(after(up.get(1))).isEmpty();
        assertThat(after(up.get(2))).containsExactly("0.q", "0.k", "0.o", "2.q", "2.k", "2.o");
        assertThat(after(up.get(4))).containsExactly("1.q", "1.k", "1.o");
        assertThat(after(up.get(5)))
                .as("the way back begins where the way up ended")
                .isEmpty();
        assertThat(after(up.get(3))).containsExactly("2.q", "2.k", "2.o", "0.q", "0.k", "0.o");
    }

    private BlockTurns.Turn turn(String... layers) {
        return turns.of(List.of(layers).stream()
                .map(name -> new Modules.Part(name, 1, false))
                .toList());
    }

    private List<String> after(BlockTurns.Turn turn) {
        touched.clear();
        turn.begin();
        return touched.stream()
                .map(name -> name.replaceAll("model\\.layers\\.(\\d\\.[qko]).*", "$1"))
                .toList();
    }

    /** Notes whose place in the file is asked for. */
    private record Watched(List<String> touched) implements WeightFile {
        @Override
        public List<MemorySegment> stored(String name) {
            touched.add(name);
            return List.of();
        }

        @Override
        public Set<String> names() {
            return Set.of();
        }

        @Override
        public TensorSpec spec(String name) {
            throw new AssertionError(name + " is asked for");
        }

        @Override
        public StoredTensor get(String name, SegmentAllocator computed) {
            throw new AssertionError(name + " is read");
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
