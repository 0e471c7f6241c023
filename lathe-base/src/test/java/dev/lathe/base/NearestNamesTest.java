package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNamesTest {
    private static final List<String> KEYS = List.of("cutoff_len", "dataset", "dataset_dir", "seed");

    @Test
    void offersTheNearestFirst() {
        assertThat(NearestNames.to("datasets", KEYS, 2)).containsExactly("dataset", "dataset_dir");
    }

    @Test
    void swappedNeighboursAreOneMistake() {
        assertThat(NearestNames.meant("sede", KEYS)).contains("seed");
    }

    @Test
    void aStrangerIsNotMistakenForAnything() {
        assertThat(NearestNames.meant("xyzzy_plugh", KEYS)).isEmpty();
        assertThat(NearestNames.to("x".repeat(100_000), KEYS, 1)).hasSize(1);
    }
}
