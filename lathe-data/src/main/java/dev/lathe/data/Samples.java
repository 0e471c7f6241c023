package dev.lathe.data;

/** What a stage is trained on: immutable, at any place in any order, from any thread. */
public interface Samples<T extends Example> {
    int size();

    /** Number {@code index}, 0 to size - 1, in arrays of its own. */
    T get(int index);

    /** Tokens of number {@code index}, without reading it. */
    int tokens(int index);

    /** What they are. */
    Class<T> kind();
}
