package dev.lathe.data.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** How long rows are, in tokens. Empty where there are none. */
public final class Lengths {
    /**
     * Rows of about one length.
     *
     * @param from the shortest length that belongs here
     * @param to the first that does not
     */
    public record Bin(int from, int to, int rows) {}

    private static final int[] ROUND = {10, 20, 25, 50};

    private final int[] sorted;

    public Lengths(IntStream lengths) {
        this.sorted = lengths.sorted().toArray();
    }

    public int rows() {
        return sorted.length;
    }

    public int shortest() {
        return sorted.length == 0 ? 0 : sorted[0];
    }

    public int longest() {
        return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
    }

    public double mean() {
        return Arrays.stream(sorted).average().orElse(0);
    }

    /** The length that so many rows of a hundred do not exceed. */
    public int percentile(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted.length == 0 ? 0 : sorted[Math.clamp(rank - 1L, 0, sorted.length - 1)];
    }

    /** How many rows are longer. */
    public int longerThan(int length) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] > length) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return sorted.length - low;
    }

    /** How many tokens of all rows lie beyond that length. */
    public long tokensBeyond(int length) {
        return Arrays.stream(sorted)
                .asLongStream()
                .map(each -> Math.max(0, each - length))
                .sum();
    }

    /**
     * The rows by length, in about {@code most} bins (3 or more) of one width, which is round; the last takes all that are
     * longer, so that a few giants do not hide the rest.
     */
    public List<Bin> bins(int most) {
        if (sorted.length == 0) {
            return List.of();
        }
        int usual = Math.max(percentile(99), 1);
        int width = width(usual - shortest(), most - 2);
        int first = shortest() / width;
        int end = usual / width + 1;
        List<Bin> bins = new ArrayList<>();
        for (int i = first; i < end; i++) {
            int rows = longerThan(i * width - 1) - longerThan((i + 1) * width - 1);
            bins.add(new Bin(i * width, (i + 1) * width, rows));
        }
        int rest = longerThan(end * width - 1);
        if (rest > 0) {
            bins.add(new Bin(end * width, longest() + 1, rest));
        }
        return bins;
    }

    private static int width(int reach, int bins) {
        for (int few : new int[] {1, 2, 5}) {
            if ((long) few * bins > reach) {
                return few;
            }
        }
        for (int scale = 1; ; scale *= 10) {
            for (int round : ROUND) {
                if ((long) round * scale * bins > reach) {
                    return round * scale;
                }
            }
        }
    }
}
