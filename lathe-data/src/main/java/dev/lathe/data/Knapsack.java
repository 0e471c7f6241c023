package dev.lathe.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rows share a pack: again and again the longest row that still fits, the reference's greedy knapsack. Of rows of
 * equal length the last goes first. n rows of k different lengths take O(n log k).
 */
final class Knapsack {
    private Knapsack() {}

    /** The packs, each a list of indices into {@code lengths}; a row longer than {@code capacity} is in none. */
    static List<int[]> pack(int[] lengths, int capacity) {
        TreeMap<Integer, Deque<Integer>> waiting = new TreeMap<>();
        for (int row = 0; row < lengths.length; row++) {
            if (lengths[row] <= capacity) {
                waiting.computeIfAbsent(lengths[row], length -> new ArrayDeque<>())
                        .push(row);
            }
        }
        List<int[]> packs = new ArrayList<>();
        while (!waiting.isEmpty()) {
            packs.add(fill(waiting, capacity));
        }
        return packs;
    }

    private static int[] fill(TreeMap<Integer, Deque<Integer>> waiting, int capacity) {
        List<Integer> pack = new ArrayList<>();
        int room = capacity;
        Map.Entry<Integer, Deque<Integer>> longest = waiting.floorEntry(room);
        while (longest != null) {
            pack.add(longest.getValue().pop());
            room -= longest.getKey();
            if (longest.getValue().isEmpty()) {
                waiting.remove(longest.getKey());
            }
            longest = waiting.floorEntry(room);
        }
        return pack.stream().mapToInt(Integer::intValue).toArray();
    }
}
