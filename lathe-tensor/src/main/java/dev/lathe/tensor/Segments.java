package dev.lathe.tensor;

/**
 * How the tokens of a micro-batch, laid end to end, fall into runs that see each other: a token attends to the tokens
 * before it in its own segment, and to itself.
 */
public record Segments(int[] lengths) {
    /** One run of {@code tokens}. */
    public static Segments single(int tokens) {
        return new Segments(new int[] {tokens});
    }

    public int tokens() {
        int sum = 0;
        for (int length : lengths) {
            sum += length;
        }
        return sum;
    }
}
