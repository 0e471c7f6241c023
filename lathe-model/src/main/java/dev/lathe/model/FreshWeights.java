package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Weights of a model that nobody has trained yet: matrices and tables normal with the config's {@code initializer_range},
 * biases 0, norms 1 (0 where one is added to them). A tensor is a function of seed and name, made each time it is asked for.
 */
public final class FreshWeights implements WeightFile {
    private final DecoderSpec decoder;
    private final FreshNumbers numbers;
    private final SequencedMap<String, TensorSpec> known = new LinkedHashMap<>();

    /** As transformers initialises Llama, in float32. */
    public FreshWeights(DecoderSpec spec, long seed) {
        this(spec, new NormalNumbers(spec.initializerRange(), seed));
    }

    private FreshWeights(DecoderSpec spec, FreshNumbers numbers) {
        this.decoder = spec;
        this.numbers = numbers;
    }

    /** In bf16 and quickly, to see what a model of some shape takes: {@link QuickNumbers}. */
    static FreshWeights quick(DecoderSpec spec, long seed) {
        return new FreshWeights(spec, new QuickNumbers(spec.initializerRange(), seed));
    }

    /** Found when they are first asked for: that takes tensors, and a model is opened before libtorch is there. */
    private synchronized SequencedMap<String, TensorSpec> specs() {
        if (known.isEmpty()) {
            ModelShape.of(decoder)
                    .tensors()
                    .forEach(tensor ->
                            known.put(tensor.name(), new TensorSpec(tensor.name(), numbers.dtype(), tensor.shape())));
        }
        return known;
    }

    @Override
    public Set<String> names() {
        return specs().keySet();
    }

    @Override
    public TensorSpec spec(String name) {
        TensorSpec spec = specs().get(name);
        if (spec == null) {
            throw new UserError("a fresh model has no tensor " + name);
        }
        return spec;
    }

    @Override
    public StoredTensor get(String name, SegmentAllocator computed) {
        TensorSpec spec = spec(name);
        MemorySegment data = computed.allocate(spec.bytes(), Float.BYTES);
        if (spec.shape().length == 1) {
            boolean zero = name.endsWith("bias") || decoder.is(Trait.OFFSET_NORM);
            fill(data, spec, zero ? 0 : 1);
        } else {
            numbers.fill(name, data, spec.elements());
        }
        return new StoredTensor(name, spec.dtype(), spec.shape(), data);
    }

    private static void fill(MemorySegment data, TensorSpec spec, float value) {
        int bits = Float.floatToRawIntBits(value);
        for (long i = 0; i < spec.elements(); i++) {
            if (spec.dtype() == DType.F32) {
                data.setAtIndex(ValueLayout.JAVA_INT, i, bits);
            } else {
                data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
            }
        }
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        // Nothing is mapped.
    }
}
