package dev.lathe.model;

import dev.lathe.tensor.Philox;

/**
 * Normally distributed numbers (Box and Muller's transform of pairs of uniform ones) as a function of a tensor's name, a
 * seed and their place.
 */
final class NormalDraws {
    private final int name;
    private final int seed;
    private final int kind;
    private final int[] words = new int[4];
    private long block = -1;

    /** @param kind tells apart what the same seed and name are used for */
    NormalDraws(String name, long seed, int kind) {
        this.name = name.hashCode();
        this.seed = (int) (seed ^ (seed >>> 32));
        this.kind = kind;
    }

    /** The number at a place; cheapest one after the other. */
    double at(long place) {
        if (place / 4 != block) {
            block = place / 4;
            Philox.block(Math.toIntExact(block), 0, 0, name, seed, kind, words, 0);
        }
        int lane = (int) (place % 4);
        double radius = Math.sqrt(-2 * Math.log(unit(words[lane & 2])));
        double angle = 2 * Math.PI * unit(words[(lane & 2) + 1]);
        return radius * (lane % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
    }

    /** In (0, 1]. */
    private static double unit(int word) {
        return (Integer.toUnsignedLong(word) + 1) * 0x1p-32;
    }
}
