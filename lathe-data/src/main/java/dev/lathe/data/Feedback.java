package dev.lathe.data;

/**
 * A judged answer (KTO, Ethayarajh 2024, arXiv:2402.01306).
 *
 * @param answer the question with its answer; only the answer has labels
 * @param mismatched the same question with the answer to another one, by which the distance to the reference model is
 *     measured; nothing in it is learnt
 * @param desirable whether the answer is to become more likely, or less
 */
public record Feedback(Sample answer, Sample mismatched, boolean desirable) implements Example {
    @Override
    public int tokens() {
        return answer.tokens() + mismatched.tokens();
    }
}
