package dev.lathe.train;

import dev.lathe.model.Decoder;
import dev.lathe.model.RouterUse;
import dev.lathe.tensor.CrossEntropy;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Cross-entropy of the next token where there is a label: pre-training and supervised fine-tuning. Norm, head and loss
 * see the supervised rows alone.
 */
public final class LanguageModeling implements Objective {
    private final boolean accuracy;
    private final double balance;
    private final boolean balances;
    private final SortedMap<Integer, long[]> expertUse = new TreeMap<>();

    public LanguageModeling() {
        this(false, 0);
    }

    /**
     * @param accuracy whether {@link #evaluate} also counts the tokens guessed right
     * @param balance what the routers' balance loss is weighed by; a micro-batch's is added in full, however many make a
     *     step, as in the reference
     */
    public LanguageModeling(boolean accuracy, double balance) {
        this(accuracy, balance, true);
    }

    /**
     * @param balances whether the balance loss is trained on, not only counted. In the reference it is only counted: its
     *     gradient checkpointing takes the routers' logits from a pass without gradient
     */
    public LanguageModeling(boolean accuracy, double balance, boolean balances) {
        this.accuracy = accuracy;
        this.balance = balance;
        this.balances = balances;
    }

    @Override
    public double accumulate(LayerLoop loop, MicroBatch batch, Optional<Noise> noise, long divisor) {
        int[] rows = batch.supervisedRows();
        if (rows.length == 0) {
            return 0;
        }
        double[] loss = new double[1];
        Optional<RouterUse> use =
                loop.decoder().spec().experts().map(experts -> new RouterUse(experts, batch.tokens()));
        loop.accumulate(batch, noise, use.map(routers -> routers), hidden -> {
            use.ifPresent(routers -> loss[0] += balanced(routers));
            Tensor gradient = Tensors.zeros(hidden.dtype(), hidden.shape());
            try (Scope scope = Scope.open()) {
                Tensor index = Tensors.indices(rows);
                Tensor selected = hidden.select(0, index); // [rows, hidden]
                Tape tape = Tape.recording();
                tape.watch(selected);
                Decoder decoder = loop.decoder();
                Tensor normed = decoder.normalize(tape, selected);
                CrossEntropy.Result result =
                        decoder.headLoss().withGradient(normed, targets(batch, rows), 1.0 / divisor);
                tape.backward(normed, result.gradient());
                gradient.indexAddInPlace(0, index, tape.gradient(selected).orElseThrow());
                loss[0] += result.loss() / divisor;
            }
            return gradient;
        });
        return loss[0];
    }

    @Override
    public boolean isSum() {
        return balance == 0;
    }

    /** The balance loss's share, with its gradient prepared. */
    private double balanced(RouterUse routers) {
        routers.choices().forEach((layer, counts) -> expertUse.merge(layer, counts, LanguageModeling::sum));
        if (balance == 0) {
            return 0;
        }
        if (balances) {
            routers.pull(balance);
        }
        return balance * routers.balanceLoss();
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = a.clone();
        Arrays.setAll(sum, i -> sum[i] + b[i]);
        return sum;
    }

    @Override
    public SortedMap<Integer, long[]> takeExpertUse() {
        SortedMap<Integer, long[]> taken = new TreeMap<>(expertUse);
        expertUse.clear();
        return taken;
    }

    @Override
    public Score evaluate(LayerLoop loop, MicroBatch batch) {
        int[] rows = batch.supervisedRows();
        if (rows.length == 0) {
            return new Score(0, List.of());
        }
        try (Scope scope = Scope.open()) {
            Tensor selected = loop.hidden(batch).select(0, Tensors.indices(rows));
            Tensor normed = loop.decoder().normalize(Tape.off(), selected);
            Tensor targets = targets(batch, rows);
            return new Score(
                    loop.decoder().headLoss().loss(normed, targets),
                    accuracy ? accuracies(batch, rows, loop.decoder().headLoss().likeliest(normed)) : List.of());
        }
    }

    /** @param guesses int64 [rows] */
    private static List<Double> accuracies(MicroBatch batch, int[] rows, Tensor guesses) {
        SequencedMap<Integer, int[]> hits = new LinkedHashMap<>(); // sample: right, all
        for (int i = 0; i < rows.length; i++) {
            int[] counts = hits.computeIfAbsent(batch.samples()[rows[i]], sample -> new int[2]);
            boolean right = guesses.data().getAtIndex(ValueLayout.JAVA_LONG, i) == batch.targets()[rows[i]];
            counts[0] += right ? 1 : 0;
            counts[1]++;
        }
        return hits.values().stream()
                .map(counts -> (double) counts[0] / counts[1])
                .toList();
    }

    private static Tensor targets(MicroBatch batch, int[] rows) {
        return Tensors.indices(
                Arrays.stream(rows).map(row -> batch.targets()[row]).toArray());
    }
}
