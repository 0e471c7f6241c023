package dev.lathe.data;

/** Two answers to one question: both samples begin with the same ids, and only the answers have labels. */
public record Pair(Sample chosen, Sample rejected) implements Example {
    @Override
    public int tokens() {
        return chosen.tokens() + rejected.tokens();
    }
}
