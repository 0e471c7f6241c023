package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {
    private static final long PAGES = 64;

    @AutoClose
    private final Arena arena = Arena.ofConfined();

    private final MemorySegment range = arena.allocate(PAGES * Pages.SIZE, Pages.SIZE);
    private final Workspace workspace = new Workspace(range);

    /** First page of what is given, of what was asked in pages. */
    private long take(long pages) {
        return (workspace.take(pages * Pages.SIZE).orElseThrow() - range.address()) / Pages.SIZE;
    }

    private void give(long page) {
        workspace.give(range.address() + page * Pages.SIZE);
    }

    @Test
    void theLowestPieceThatIsLargeEnoughIsGiven() {
        assertThat(take(4)).isZero();
        assertThat(take(2)).isEqualTo(4);
        assertThat(take(1)).isEqualTo(6);
        give(0);
        assertThat(take(5)).isEqualTo(7);
        assertThat(take(3)).isZero();
        assertThat(take(1)).isEqualTo(3);
    }

    @Test
    void freeNeighboursBecomeOnePiece() {
        take(3);
        take(4);
        take(5);
        take(1);
        give(0);
        give(7);
        give(3); // between the two
        assertThat(take(12)).isZero();
    }

    @Test
    void aPageIsTheLeast() {
        workspace.take(1);
        assertThat(take(1)).isEqualTo(1);
        assertThat(workspace.inUse()).isEqualTo(2 * Pages.SIZE);
    }

    @Test
    void whatDoesNotFitIsNotGiven() {
        assertThat(workspace.take((PAGES + 1) * Pages.SIZE)).isEmpty();
        take(PAGES);
        assertThat(workspace.take(1)).isEmpty();
    }

    @Test
    void whatWasNotTakenCannotBeGivenBack() {
        take(2);
        assertThatThrownBy(() -> give(1)).isInstanceOf(IllegalArgumentException.class);
        give(0);
        assertThatThrownBy(() -> give(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStepLikeTheOneBeforeTouchesNothingNew() {
        for (int step = 0; step < 3; step++) {
            long[] pages = {take(7), take(1), take(9)};
            give(pages[1]);
            long again = take(1);
            assertThat(again).isEqualTo(pages[1]);
            give(pages[0]);
            give(again);
            give(pages[2]);
            assertThat(workspace.touched()).isEqualTo(17 * Pages.SIZE);
        }
    }

    @Test
    void trimmingKeepsWhatIsInUse() {
        take(2);
        take(3);
        take(1);
        range.set(ValueLayout.JAVA_BYTE, 5 * Pages.SIZE, (byte) 7);
        give(2);
        workspace.trim();
        assertThat(range.get(ValueLayout.JAVA_BYTE, 5 * Pages.SIZE)).isEqualTo((byte) 7);
        assertThat(workspace.touched()).isEqualTo(6 * Pages.SIZE);
        give(5);
        workspace.trim();
        assertThat(workspace.touched()).isEqualTo(2 * Pages.SIZE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void piecesNeverOverlapAndNothingIsLost(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, Long> held = new TreeMap<>();
        for (int i = 0; i < 2000; i++) {
            if (random.nextBoolean() && !held.isEmpty()) {
                long page = held.keySet().stream()
                        .skip(random.nextInt(held.size()))
                        .findFirst()
                        .orElseThrow();
                held.remove(page);
                give(page);
            } else {
                long pages = 1 + random.nextInt(9);
                workspace
                        .take(pages * Pages.SIZE)
                        .ifPresent(address -> held.put((address - range.address()) / Pages.SIZE, pages));
            }
            long end = 0;
            for (Map.Entry<Long, Long> piece : held.entrySet()) {
                assertThat(piece.getKey()).as("seed %d, turn %d", seed, i).isGreaterThanOrEqualTo(end);
                end = piece.getKey() + piece.getValue();
            }
            assertThat(end).isLessThanOrEqualTo(PAGES);
        }
        held.keySet().forEach(this::give);
        assertThat(take(PAGES)).isZero();
    }
}
