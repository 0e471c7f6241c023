package dev.lathe.model;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What a model thinks of a text, position by position.
 *
 * @param logSumExp of the logits at each position, [tokens]
 * @param nextLogit logit of the token that follows, [tokens − 1]
 * @param top the largest logits at each position, [tokens][top]
 */
public record TokenScores(double[] logSumExp, double[] nextLogit, List<List<Candidate>> top) {
    private static final int ROWS = 256;

    /** A token and its logit. */
    public record Candidate(int id, double logit) {}

    /** Log-probability of the token that follows each position, [tokens − 1]. */
    public double[] logProbabilities() {
        return IntStream.range(0, nextLogit.length)
                .mapToDouble(i -> nextLogit[i] - logSumExp[i])
                .toArray();
    }

    /** Mean negative log-likelihood a token, in nats; NaN for a text of one token. */
    public double meanLoss() {
        return -IntStream.range(0, nextLogit.length)
                .mapToDouble(i -> nextLogit[i] - logSumExp[i])
                .average()
                .orElse(Double.NaN);
    }

    /** Runs {@code ids} through the model. */
    public static TokenScores of(Decoder decoder, int[] ids, int top) {
        try (Scope scope = Scope.open()) {
            int[] positions = IntStream.range(0, ids.length).toArray();
            PackedPass pass = new PackedPass(
                    Tape.off(),
                    decoder.spec().rope().at(positions, ids.length),
                    Segments.single(ids.length),
                    Optional.empty());
            Tensor hidden = decoder.hidden(pass, Tensors.indices(ids));
            return of(ids, top, row -> decoder.logits(hidden.narrow(0, row, Math.min(ROWS, ids.length - row))));
        }
    }

    private static TokenScores of(int[] ids, int top, IntFunction<Tensor> logitsFrom) {
        double[] logSumExp = new double[ids.length];
        double[] nextLogit = new double[ids.length - 1];
        List<List<Candidate>> best = new ArrayList<>();
        for (int from = 0; from < ids.length; from += ROWS) {
            try (Scope scope = Scope.open()) {
                Tensor logits = logitsFrom.apply(from);
                Tensor wide = logits.to(logits.dtype().wide());
                double[] sums = wide.logSumExp(1, false).toDoubles();
                for (int row = 0; row < sums.length; row++) {
                    float[] values = wide.narrow(0, row, 1).toFloats();
                    logSumExp[from + row] = sums[row];
                    if (from + row + 1 < ids.length) {
                        nextLogit[from + row] = values[ids[from + row + 1]];
                    }
                    best.add(largest(values, top));
                }
            }
        }
        return new TokenScores(logSumExp, nextLogit, best);
    }

    /** The largest {@code count} logits, largest first; of equal ones the lower id first. */
    static List<Candidate> largest(float[] logits, int count) {
        List<Candidate> best = new ArrayList<>();
        for (int id = 0; id < logits.length; id++) {
            if (best.size() == count
                    && (count == 0 || !(logits[id] > best.getLast().logit()))) {
                continue;
            }
            int at = best.size();
            while (at > 0 && logits[id] > best.get(at - 1).logit()) {
                at--;
            }
            best.add(at, new Candidate(id, logits[id]));
            if (best.size() > count) {
                best.removeLast();
            }
        }
        return best;
    }
}
