package dev.lathe.train;

import dev.lathe.model.Decoder;
import dev.lathe.tensor.CrossEntropy;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cross-entropy of the next token where there is a label: pre-training and supervised fine-tuning. Norm, head and loss
 * see the supervised rows alone.
 */
public final class LanguageModeling implements Objective {
    @Override
    public double accumulate(LayerLoop loop, MicroBatch batch, Optional<Noise> noise, long divisor) {
        int[] rows = batch.supervisedRows();
        if (rows.length == 0) {
            return 0;
        }
        double[] loss = new double[1];
        loop.accumulate(batch, noise, hidden -> {
            Tensor gradient = Tensors.zeros(hidden.dtype(), hidden.shape());
            try (Scope scope = Scope.open()) {
                Tensor index = Tensors.indices(rows);
                Tensor selected = hidden.select(0, index); // [rows, hidden]
                Tape tape = Tape.recording();
                tape.watch(selected);
                Decoder decoder = loop.decoder();
                Tensor normed = decoder.normalize(tape, selected);
                CrossEntropy.Result result =
                        CrossEntropy.withGradient(normed, decoder.head(), targets(batch, rows), 1.0 / divisor);
                tape.backward(normed, result.gradient());
                gradient.indexAddInPlace(0, index, tape.gradient(selected).orElseThrow());
                loss[0] = result.loss() / divisor;
            }
            return gradient;
        });
        return loss[0];
    }

    @Override
    public Score evaluate(LayerLoop loop, MicroBatch batch) {
        int[] rows = batch.supervisedRows();
        if (rows.length == 0) {
            return new Score(0, 0);
        }
        try (Scope scope = Scope.open()) {
            Tensor selected = loop.hidden(batch).select(0, Tensors.indices(rows));
            Tensor normed = loop.decoder().normalize(Tape.off(), selected);
            return new Score(CrossEntropy.loss(normed, loop.decoder().head(), targets(batch, rows)), rows.length);
        }
    }

    private static Tensor targets(MicroBatch batch, int[] rows) {
        return Tensors.indices(
                Arrays.stream(rows).map(row -> batch.targets()[row]).toArray());
    }
}
