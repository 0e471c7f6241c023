package dev.lathe.model;

import dev.lathe.tensor.Dispatch;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a batch used the experts of all layers, and the balance loss over them together as transformers computes it: the
 * number of experts times Σₑ (share of the choices that fell on e) · (mean probability of e), tokens of all layers counted
 * as one.
 */
public final class RouterUse implements Routers {
    private final int counted;
    private final int experts;
    private final SortedMap<Integer, long[]> choices = new TreeMap<>();
    private final SortedMap<Integer, double[]> probabilities = new TreeMap<>();
    private float[] pull;

    /** @param counted the first so many tokens count */
    public RouterUse(ExpertsSpec spec, int counted) {
        this.counted = counted;
        this.experts = spec.count();
        this.pull = new float[experts];
    }

    @Override
    public void routed(int layer, Tensor logits, int[] chosen) {
        int active = chosen.length / (int) logits.size(0);
        int[] counts = Dispatch.counts(Arrays.copyOf(chosen, counted * active), experts);
        choices.put(layer, Arrays.stream(counts).asLongStream().toArray());
        try (Scope scope = Scope.open()) {
            Tensor rows = logits.narrow(0, 0, counted);
            probabilities.put(
                    layer, rows.to(rows.dtype().wide()).softmax(1).sum(0, false).toDoubles());
        }
    }

    @Override
    public int counted() {
        return counted;
    }

    @Override
    public float[] pull() {
        return pull.clone();
    }

    /** How often each expert of each layer was chosen. */
    public SortedMap<Integer, long[]> choices() {
        return choices;
    }

    /** Of everything routed so far; 0 before. */
    public double balanceLoss() {
        double[] shares = shares();
        double rows = rows();
        double loss = 0;
        for (double[] layer : probabilities.values()) {
            for (int e = 0; e < experts; e++) {
                loss += experts * shares[e] * layer[e] / rows;
            }
        }
        return loss;
    }

    /** From now on the backward pass pulls towards balance, as if the loss had {@code coefficient} times the balance loss. */
    public void pull(double coefficient) {
        double[] shares = shares();
        float[] pulls = new float[experts];
        for (int e = 0; e < experts; e++) {
            pulls[e] = (float) (coefficient * experts * shares[e] / rows());
        }
        pull = pulls;
    }

    private double[] shares() {
        double[] shares = new double[experts];
        for (long[] layer : choices.values()) {
            for (int e = 0; e < experts; e++) {
                shares[e] += layer[e] / rows();
            }
        }
        return shares;
    }

    private double rows() {
        return Math.max(1, (double) counted * choices.size());
    }
}
