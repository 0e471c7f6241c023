package dev.lathe.quant;

import dev.lathe.base.UserError;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Weights;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * A model whose embedding, and output head where it is another table, are stored in signed bytes with a scale a row: 8.06
 * bits a number at a width of 576.
 *
 * @param error of all tables, relative: the root of squared differences over squared numbers (Frobenius)
 */
public record PackedTables(LoadedModel model, double error) {
    /** Rows that a worker compares at a time. */
    private static final int PART = 256;

    /**
     * Packs the tables of a model whose linear layers are packed already. Throws {@link UserError} when they are not.
     *
     * @param compute type of the arithmetic, to which the numbers are rounded first
     */
    public static PackedTables of(LoadedModel model, DType compute) {
        if (!(model.weights() instanceof QuantizedWeights weights)) {
            throw new UserError(
                    "quantize_embedding: the linear layers of %s are dense, and larger: set quantization_bit as well, or leave the line out"
                            .formatted(model.name()));
        }
        Map<String, PackedMatrix> tables = new LinkedHashMap<>();
        double[] squares = new double[2];
        DecoderSpec spec = model.spec();
        for (String name : List.of(spec.embeddingTensor(), spec.headTensor())) {
            if (weights.names().contains(name) && !tables.containsKey(name)) {
                tables.put(name, pack(weights, model.name(), name, compute, squares));
            }
        }
        LoadedModel packed = model.with(new QuantizedWeights(weights.file().with(tables), weights.inputs()));
        return new PackedTables(packed, Math.sqrt(squares[0] / Math.max(squares[1], Double.MIN_NORMAL)));
    }

    /** Adds squared differences and squared numbers to {@code squares}. */
    private static PackedMatrix pack(
            QuantizedWeights weights, String origin, String name, DType compute, double[] squares) {
        long[] shape = weights.spec(name).shape();
        try (Scope scope = Scope.open();
                Tensor dense = new Weights(weights, origin, compute).get(name, shape)) {
            Quantizer.Dense matrix = new Quantizer.Dense(name, new Numbers(dense.data(), compute), shape[0], shape[1]);
            PackedMatrix packed = new Int8Quantizer().quantize(matrix);
            int parts = Math.toIntExact(Math.ceilDiv(shape[0], PART));
            double[] differences = new double[parts];
            double[] numbers = new double[parts];
            Torch.workers().run(parts, part -> {
                float[] exact = new float[Math.toIntExact(shape[1])];
                float[] stored = Rows.buffer(shape[1]);
                for (long r = (long) part * PART; r < Math.min(shape[0], (part + 1L) * PART); r++) {
                    matrix.numbers().read(r * shape[1], exact.length, exact);
                    packed.row(r, stored);
                    for (int i = 0; i < exact.length; i++) {
                        double off = exact[i] - stored[i];
                        differences[part] += off * off;
                        numbers[part] += (double) exact[i] * exact[i];
                    }
                }
            });
            squares[0] += DoubleStream.of(differences).sum();
            squares[1] += DoubleStream.of(numbers).sum();
            return packed;
        }
    }
}
