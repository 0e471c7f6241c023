package dev.lathe.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which names come closest to a misspelt one. */
final class NearestNames {
    private NearestNames() {}

    /** The nearest by edit distance, best first, at most {@code count}. */
    static List<String> to(String wanted, Collection<String> names, int count) {
        return names.stream()
                .sorted(Comparator.comparingInt((String name) -> distance(wanted, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .toList();
    }

    private static int distance(String a, String b) {
        int[] above = Orders.ascending(b.length() + 1);
        for (int i = 0; i < a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i + 1;
            for (int j = 0; j < b.length(); j++) {
                int replaced = above[j] + (a.charAt(i) == b.charAt(j) ? 0 : 1);
                row[j + 1] = Math.min(replaced, 1 + Math.min(above[j + 1], row[j]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
