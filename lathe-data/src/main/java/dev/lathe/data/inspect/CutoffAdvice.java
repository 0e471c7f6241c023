package dev.lathe.data.inspect;

import dev.lathe.data.PackingForecast;
import java.util.ArrayList;
import java.util.List;
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
     * @param cut rows that lose tokens
     * @param lost tokens that they lose
     * @param packing what packing to this length would give
     */
    public record Option(int cutoffLen, int cut, long lost, PackingForecast packing) {}

    /** @param lengths of the rows before they were cut, in the order in which they would be packed */
    static CutoffAdvice of(int[] lengths, int present) {
        Lengths sorted = new Lengths(IntStream.of(lengths));
        int proposal = Math.max(STEP, (sorted.percentile(99) + STEP - 1) / STEP * STEP);
        TreeSet<Integer> wanted = new TreeSet<>(List.of(present, proposal));
        for (int usual : USUAL) {
            wanted.add(usual);
            if (usual >= sorted.longest()) {
                break;
            }
        }
        List<Option> options = new ArrayList<>();
        for (int each : wanted) {
            options.add(new Option(
                    each,
                    sorted.longerThan(each),
                    sorted.tokensBeyond(each),
                    PackingForecast.of(IntStream.of(lengths), each)));
        }
        return new CutoffAdvice(List.copyOf(options), proposal);
    }
}
