package dev.lathe.data.inspect;

import dev.lathe.data.DataSettings;
import dev.lathe.data.PackingForecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What {@code cutoff_len} does to these rows, and which one suits them.
 *
 * @param options a few values, the present one among them, in rising order
 * @param proposal the smallest multiple of 64 that leaves all but one row of a hundred whole
 */
public record CutoffAdvice(List<Option> options, int proposal) {
    private static final int STEP = 64;
    private static final int[] USUAL = {256, 512, 1024, 2048, 4096, 8192, 16384, 32768};

    /**
     * One value.
     *
     * @param cutoffLen as it is written in a configuration
     * @param cut rows that lose tokens
     * @param lost tokens that they lose
     * @param packing what packing gives; empty for stages that do not pack
     */
    public record Option(int cutoffLen, int cut, long lost, Optional<PackingForecast> packing) {}

    /** @param lengths of the rows before they were cut, in the order in which they would be packed */
    static CutoffAdvice of(int[] lengths, DataSettings settings) {
        Lengths sorted = new Lengths(IntStream.of(lengths));
        int taken = settings.cutoffLen() - settings.effectiveCutoffLen(); // packing takes one off
        int proposal = Math.max(STEP, (sorted.percentile(99) + taken + STEP - 1) / STEP * STEP);
        TreeSet<Integer> wanted = new TreeSet<>(List.of(settings.cutoffLen(), proposal));
        for (int usual : USUAL) {
            if (usual >= sorted.percentile(25)) {
                wanted.add(usual);
            }
            if (usual >= sorted.longest() + taken) {
                break;
            }
        }
        List<Option> options = new ArrayList<>();
        for (int each : wanted) {
            Optional<PackingForecast> packing = settings.stage() == DataSettings.Stage.SFT && each > 1
                    ? Optional.of(PackingForecast.of(IntStream.of(lengths), each - 1))
                    : Optional.empty();
            options.add(new Option(each, sorted.longerThan(each - taken), sorted.tokensBeyond(each - taken), packing));
        }
        return new CutoffAdvice(List.copyOf(options), proposal);
    }

    /** The smallest multiple of 64 that leaves all rows whole. */
    public static int enoughFor(Lengths rows) {
        return Math.max(STEP, (rows.longest() + STEP) / STEP * STEP);
    }
}
