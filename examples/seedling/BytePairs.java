import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Byte pair encoding (Sennrich et al. 2016): which neighbours are merged, in the order they were
 * learned.
 */
final class BytePairs {
    private static final int RAREST = 2;

    record Pair(String left, String right) implements Comparable<Pair> {
        private static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::left).thenComparing(Pair::right);

        @Override
        public int compareTo(Pair other) {
            return ORDER.compare(this, other);
        }
    }

    private final Map<Pair, Integer> ranks = new LinkedHashMap<>();

    /**
     * Learns merges until there are so many new tokens, or no pair is left: again and again the pair
     * that is most frequent, of equals the first in alphabetical order; a pair seen once is never merged.
     */
    static BytePairs learn(Map<String, Long> words, int tokens) {
        BytePairs learned = new BytePairs();
        Set<String> made = new HashSet<>(); // two merges can make the same token
        Map<List<String>, Long> pieces = words.entrySet().stream()
                .collect(Collectors.toMap(
                        e -> e.getKey()
                                .codePoints()
                                .mapToObj(Character::toString)
                                .toList(),
                        Map.Entry::getValue));
        while (made.size() < tokens) {
            Map<Pair, Long> counts = new HashMap<>();
            pieces.forEach((word, count) -> {
                for (int i = 1; i < word.size(); i++) {
                    counts.merge(new Pair(word.get(i - 1), word.get(i)), count, Long::sum);
                }
            });
            var best = counts.entrySet().stream()
                    .filter(e -> e.getValue() >= RAREST)
                    .min(Map.Entry.<Pair, Long>comparingByValue().reversed().thenComparing(Map.Entry::getKey));
            if (best.isEmpty()) {
                return learned;
            }
            Pair pair = best.get().getKey();
            learned.ranks.put(pair, learned.ranks.size());
            made.add(pair.left + pair.right);
            Map<List<String>, Long> merged = new HashMap<>();
            pieces.forEach((word, count) -> merged.put(merge(word, pair), count));
            pieces = merged;
        }
        return learned;
    }

    List<Pair> merges() {
        return List.copyOf(ranks.keySet());
    }

    /** The tokens that the merges make, in the order they were learned. */
    Set<String> tokens() {
        Set<String> tokens = new LinkedHashSet<>();
        ranks.keySet().forEach(pair -> tokens.add(pair.left + pair.right));
        return tokens;
    }

    /** A word cut into the pieces of the vocabulary. */
    List<String> cut(String word) {
        List<String> pieces = word.codePoints().mapToObj(Character::toString).toList();
        while (true) {
            Pair first = null;
            for (int i = 1; i < pieces.size(); i++) {
                Pair pair = new Pair(pieces.get(i - 1), pieces.get(i));
                if (ranks.containsKey(pair) && (first == null || ranks.get(pair) < ranks.get(first))) {
                    first = pair;
                }
            }
            if (first == null) {
                return pieces;
            }
            pieces = merge(pieces, first);
        }
    }

    private static List<String> merge(List<String> word, Pair pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < word.size(); i++) {
            if (i + 1 < word.size()
                    && word.get(i).equals(pair.left)
                    && word.get(i + 1).equals(pair.right)) {
                merged.add(pair.left + pair.right);
                i++;
            } else {
                merged.add(word.get(i));
            }
        }
        return List.copyOf(merged);
    }
}
