package dev.lathe.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Weights whose tables have rows for tokens that the checkpoint does not know: the embedding, and the head where it is not
 * the embedding. The first values of such a row are LLaMA-Factory's, the mean of other rows with noise of deviation
 * 1/√hidden; the noise is a function of table and row, so every command that grows the same model makes the same one.
 */
public final class GrownVocabulary implements WeightFile {
    private static final int CHUNK = 4096;

    private final WeightFile base;
    private final int vocabulary;
    private final Map<String, Rows> grown = new HashMap<>();

    /**
     * The last rows of a tensor.
     *
     * @param from the first of them; those above it are the checkpoint's
     */
    private record Rows(int from, MemorySegment bytes) {}

    private GrownVocabulary(LoadedModel model, NewRows rows) {
        this.base = model.weights();
        this.vocabulary = rows.vocabulary();
        DecoderSpec spec = model.spec();
        Weights weights = new Weights(base, model.name(), DType.F32);
        for (String table : List.of(spec.embeddingTensor(), spec.headTensor())) {
            if (base.names().contains(table)) {
                grown.put(table, table(table, weights, spec, rows));
            }
        }
        String bias = spec.headModule() + ".bias";
        if (spec.is(Trait.HEAD_BIAS) && base.names().contains(bias)) {
            TensorSpec stored = base.spec(bias);
            long more = vocabulary - stored.elements();
            grown.put(
                    bias,
                    new Rows(
                            spec.vocabulary(),
                            Arena.ofAuto().allocate(more * stored.dtype().bytes(), 8)));
        }
    }

    /** The model with these rows more. Its weights belong to the result. */
    public static LoadedModel grow(LoadedModel model, NewRows rows) {
        GrownVocabulary weights = new GrownVocabulary(model, rows);
        ObjectNode config = model.config().deepCopy().put("vocab_size", rows.vocabulary());
        return model.with(ConfigReader.read(config, model.name()), config).with(weights);
    }

    private Rows table(String name, Weights weights, DecoderSpec spec, NewRows rows) {
        int from = Math.min(spec.vocabulary(), rows.first());
        DType stored = base.spec(name).dtype();
        try (Scope scope = Scope.open()) {
            Tensor old = weights.get(name, spec.vocabulary(), spec.hidden());
            // Rows of described tokens start from the embedding in the head's table too, as in the reference.
            Tensor described = weights.get(spec.embeddingTensor(), spec.vocabulary(), spec.hidden());
            Tensor tail = Tensors.empty(DType.F32, rows.vocabulary() - from, spec.hidden());
            if (from < spec.vocabulary()) {
                tail.narrow(0, 0, spec.vocabulary() - from).copyFrom(old.narrow(0, from, spec.vocabulary() - from));
            }
            Tensor mean = mean(old, rows);
            for (int row = from; row < rows.vocabulary(); row++) {
                if (row < spec.vocabulary() && !rows.starts().containsKey(row)) {
                    continue;
                }
                List<Integer> start = rows.start(row);
                Tensor place = tail.narrow(0, row - from, 1);
                place.copyFrom(start.isEmpty() ? mean : meanOf(described, start));
                if (start.isEmpty() || rows.noise()) {
                    place.addInPlace(noise(name, row, spec.hidden()), 1 / Math.sqrt(spec.hidden()));
                }
            }
            MemorySegment data = tail.to(stored).contiguous().data();
            return new Rows(from, Arena.ofAuto().allocate(data.byteSize(), 8).copyFrom(data));
        }
    }

    /** Of all rows that are not new, [1, hidden]. */
    private static Tensor mean(Tensor table, NewRows rows) {
        int count = (int) table.size(0);
        Tensor sum = Tensors.zeros(DType.F32, 1, table.size(1));
        for (int from = 0; from < count; from += CHUNK) {
            try (Scope chunk = Scope.open()) {
                sum.addInPlace(
                        table.narrow(0, from, Math.min(CHUNK, count - from)).sum(0, true));
            }
        }
        int fresh = 0;
        for (int row : rows.starts().keySet()) {
            if (row < count) {
                sum.subtractInPlace(table.narrow(0, row, 1));
                fresh++;
            }
        }
        return sum.multiplyInPlace(1.0 / Math.max(1, count - fresh));
    }

    private static Tensor meanOf(Tensor table, List<Integer> rows) {
        return table.select(
                        0,
                        Tensors.indices(
                                rows.stream().mapToInt(Integer::intValue).toArray()))
                .mean(0, true);
    }

    private static Tensor noise(String table, int row, int hidden) {
        NormalDraws numbers = new NormalDraws(table, row, 2);
        float[] values = new float[hidden];
        IntStream.range(0, hidden).forEach(i -> values[i] = (float) numbers.at(i));
        return Tensors.of(values, 1, hidden);
    }

    @Override
    public Set<String> names() {
        return base.names();
    }

    @Override
    public TensorSpec spec(String name) {
        TensorSpec stored = base.spec(name);
        if (!grown.containsKey(name)) {
            return stored;
        }
        long[] shape = stored.shape().clone();
        shape[0] = vocabulary;
        return new TensorSpec(name, stored.dtype(), shape);
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        Rows rows = grown.get(name);
        if (rows == null) {
            return base.get(name, computed);
        }
        TensorSpec spec = spec(name);
        MemorySegment whole = computed.allocate(spec.bytes(), Long.BYTES);
        long kept = spec.bytes() / vocabulary * rows.from();
        MemorySegment.copy(base.get(name).data(), 0, whole, 0, kept);
        MemorySegment.copy(rows.bytes(), 0, whole, kept, rows.bytes().byteSize());
        return new StoredTensor(name, spec.dtype(), spec.shape(), whole);
    }

    @Override
    public Map<String, String> metadata() {
        return base.metadata();
    }

    @Override
    public void forget() {
        base.forget();
    }

    @Override
    public void close() {
        base.close();
    }
}
