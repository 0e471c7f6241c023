import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Chance with a seed, and the rule that says what is held back from training. */
final class Dice {
    private final Random random;

    Dice(long seed) {
        this.random = new Random(seed);
    }

    /** From {@code low} to {@code high}, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** {@code count} different ones, in random order. */
    <T> List<T> some(int count, List<T> choices) {
        List<T> shuffled = new ArrayList<>(choices);
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, count));
    }

    /**
     * Whether what this key stands for (a pair of numbers, the cast of a story) is kept for the
     * held-back questions. Depends on the key alone, so no seed can leak it into training.
     */
    static boolean heldBack(int oneIn, Object... key) {
        return Math.floorMod(List.of(key).hashCode() * 0x9E3779B1 >>> 7, oneIn) == 0;
    }
}
