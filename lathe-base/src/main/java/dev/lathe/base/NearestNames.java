package dev.lathe.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which names come closest to one that is not there: every message about a wrong name offers them. */
public final class NearestNames {
    /** Longer texts are no names, and their distance would take long. */
    private static final int LONGEST = 200;

    private NearestNames() {}

    /** The nearest, best first, at most {@code count}; of equally near ones the alphabet's first. */
    public static List<String> to(String wanted, Collection<String> names, int count) {
        return names.stream()
                .sorted(Comparator.comparingInt((String name) -> distance(wanted, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .toList();
    }

    /** The nearest, if no more than a third of the letters are wrong. */
    public static Optional<String> meant(String wanted, Collection<String> names) {
        return to(wanted, names, 1).stream()
                .filter(name -> distance(wanted, name) <= Math.max(1, Math.min(wanted.length(), 12) / 3))
                .findFirst();
    }

    /** Letters to add, drop, change or swap with their neighbour (Damerau 1964, restricted). */
    private static int distance(String a, String b) {
        if (a.length() > LONGEST || b.length() > LONGEST) {
            return Math.max(a.length(), b.length());
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = best;
            }
        }
        return cost[a.length()][b.length()];
    }
}
