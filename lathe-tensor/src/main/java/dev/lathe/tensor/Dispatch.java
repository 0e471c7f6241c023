package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which tokens go to which expert. Tokens are sorted by expert, so that each expert is one product over the rows it was
 * given, however many experts there are and whatever the routing.
 *
 * @param tokens for each expert the tokens it is given, int64 [its tokens]
 * @param choices for each expert where in [tokens · active] it was chosen, int64 [its tokens]
 */
public record Dispatch(List<Tensor> tokens, List<Tensor> choices) {
    /** @param chosen the experts of token t at {@code t · active} and following */
    public static Dispatch of(int[] chosen, int active, int experts) {
        int[] counts = counts(chosen, experts);
        long[][] tokens = new long[experts][];
        long[][] choices = new long[experts][];
        for (int e = 0; e < experts; e++) {
            tokens[e] = new long[counts[e]];
            choices[e] = new long[counts[e]];
        }
        int[] at = new int[experts];
        for (int i = 0; i < chosen.length; i++) {
            int expert = chosen[i];
            tokens[expert][at[expert]] = i / active;
            choices[expert][at[expert]++] = i;
        }
        List<Tensor> rows = new ArrayList<>();
        List<Tensor> places = new ArrayList<>();
        for (int e = 0; e < experts; e++) {
            rows.add(index(tokens[e]));
            places.add(index(choices[e]));
        }
        return new Dispatch(List.copyOf(rows), List.copyOf(places));
    }

    private static Tensor index(long[] values) {
        return values.length == 0 ? Tensors.empty(DType.I64, 0) : Tensors.of(values, values.length);
    }

    /** How often each expert was chosen, [experts]. */
    public static int[] counts(int[] chosen, int experts) {
        int[] counts = new int[experts];
        for (int expert : chosen) {
            counts[expert]++;
        }
        return counts;
    }

    /** Each expert's rows of x, [its tokens, hidden]. x: [tokens, hidden]. */
    public List<Tensor> split(Tape tape, Tensor x) {
        List<Tensor> pieces = tokens.stream().map(index -> x.select(0, index)).toList();
        if (tape.needs(x)) {
            tape.record(pieces, arrived -> {
                Tensor dx = Tensors.zeros(x.dtype(), x.shape());
                for (int e = 0; e < pieces.size(); e++) {
                    Tensor index = tokens.get(e);
                    arrived.get(e).ifPresent(gradient -> dx.indexAddInPlace(0, index, gradient));
                }
                tape.add(x, dx);
            });
        }
        return pieces;
    }

    /**
     * Each token's results, weighted and added up.
     *
     * @param results of each expert, [its tokens, hidden]; empty where it was given none
     * @param weights [tokens, active]
     * @return [tokens, hidden]
     */
    public Tensor join(Tape tape, List<Optional<Tensor>> results, Tensor weights, long hidden) {
        Tensor flat = weights.reshape(weights.count(), 1);
        Tensor y = Tensors.zeros(weights.dtype(), weights.size(0), hidden);
        for (int e = 0; e < results.size(); e++) {
            if (results.get(e).isPresent()) {
                Tensor weighted = results.get(e).get().times(flat.select(0, choices.get(e)));
                y.indexAddInPlace(0, tokens.get(e), weighted);
            }
        }
        if (tape.needs(weights) || results.stream().flatMap(Optional::stream).anyMatch(tape::needs)) {
            tape.record(y, dy -> {
                Tensor dWeights = Tensors.zeros(weights.dtype(), flat.shape());
                for (int e = 0; e < results.size(); e++) {
                    if (results.get(e).isPresent()) {
                        Tensor result = results.get(e).get();
                        Tensor rows = dy.select(0, tokens.get(e)); // [its tokens, hidden]
                        tape.add(result, rows.times(flat.select(0, choices.get(e))));
                        dWeights.indexAddInPlace(
                                0, choices.get(e), rows.times(result).sum(1, true));
                    }
                }
                tape.add(weights, dWeights.reshape(weights.shape()));
            });
        }
        return y;
    }
}
