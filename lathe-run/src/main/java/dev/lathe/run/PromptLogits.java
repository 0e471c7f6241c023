package dev.lathe.run;

import dev.lathe.model.Decoder;
import dev.lathe.model.PackedPass;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a model answers to a few prompts, all in one pass: the logits at every position.
 *
 * @param logits float32, [tokens, vocabulary]
 */
record PromptLogits(Tensor logits) implements AutoCloseable {
    static PromptLogits of(Decoder decoder, List<int[]> prompts) {
        int[] lengths = prompts.stream().mapToInt(ids -> ids.length).toArray();
        int[] ids = prompts.stream().flatMapToInt(Arrays::stream).toArray();
        int[] positions = Arrays.stream(lengths)
                .flatMap(length -> IntStream.range(0, length))
                .toArray();
        int longest = Arrays.stream(lengths).max().orElseThrow();
        try (Scope scope = Scope.open()) {
            PackedPass pass = new PackedPass(
                    Tape.off(), decoder.spec().rope().at(positions, longest), new Segments(lengths), Optional.empty());
            Tensor hidden = decoder.hidden(pass, Tensors.indices(ids)); // [tokens, hidden]
            return new PromptLogits(Scope.release(decoder.logits(hidden).to(DType.F32)));
        }
    }

    /** How far another model's answers to the same prompts are from these. */
    Difference to(PromptLogits other) {
        int positions = Math.toIntExact(logits.size(0));
        double delta = 0;
        double deltas = 0;
        double largest = 0;
        double divergence = 0;
        int agreed = 0;
        for (int row = 0; row < positions; row++) {
            float[] mine = row(row);
            float[] others = other.row(row);
            double mySum = logSumExp(mine);
            double otherSum = logSumExp(others);
            int myBest = 0;
            int otherBest = 0;
            for (int id = 0; id < mine.length; id++) {
                double apart = Math.abs((double) mine[id] - others[id]);
                delta = Math.max(delta, apart);
                deltas += apart;
                largest = Math.max(largest, Math.abs((double) mine[id]));
                double logProbability = mine[id] - mySum;
                divergence += Math.exp(logProbability) * (logProbability - others[id] + otherSum);
                myBest = mine[id] > mine[myBest] ? id : myBest;
                otherBest = others[id] > others[otherBest] ? id : otherBest;
            }
            agreed += myBest == otherBest ? 1 : 0;
        }
        return new Difference(positions, delta, deltas / logits.count(), largest, divergence / positions, agreed);
    }

    private float[] row(int row) {
        try (Tensor one = logits.narrow(0, row, 1)) {
            return one.toFloats();
        }
    }

    private static double logSumExp(float[] values) {
        double most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            most = Math.max(most, value);
        }
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - most);
        }
        return most + Math.log(sum);
    }

    @Override
    public void close() {
        logits.close();
    }

    /**
     * Of two models' answers. What is not finite in either makes {@code delta} and {@code divergence} NaN.
     *
     * @param positions compared
     * @param delta most by which two logits differ
     * @param mean difference of two logits
     * @param largest logit in magnitude
     * @param divergence mean KL divergence a position, nats
     * @param agreed positions at which both would choose the same token
     */
    record Difference(int positions, double delta, double mean, double largest, double divergence, int agreed) {
        /** The same function, computed in another order of float32 operations. */
        boolean isRounding() {
            return delta <= 1e-3 * (1 + largest) && divergence <= 1e-5;
        }

        @Override
        public String toString() {
            return "logits differ by at most %.1e, by %.1e on average, mean KL %.1e, the likeliest token is the same at %d of %d positions"
                    .formatted(delta, mean, Math.max(0, divergence), agreed, positions);
        }
    }
}
