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
 * Weights of a model that nobody has trained yet, as transformers initialises Llama: matrices and tables normal with the
 * config's {@code initializer_range}, biases 0, norms 1 (0 where one is added to them). A tensor is a function of seed and name.
 */
public final class FreshWeights implements WeightFile {
    private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();
    private final double deviation;
    private final long seed;
    private final float norm;

    public FreshWeights(DecoderSpec spec, long seed) {
        this.deviation = spec.initializerRange();
        this.seed = seed;
        this.norm = spec.is(Trait.OFFSET_NORM) ? 0 : 1;
        ModelShape.of(spec)
                .tensors()
                .forEach(tensor -> specs.put(tensor.name(), new TensorSpec(tensor.name(), DType.F32, tensor.shape())));
    }

    @Override
    public Set<String> names() {
        return specs.keySet();
    }

    @Override
    public TensorSpec spec(String name) {
        TensorSpec spec = specs.get(name);
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
            float value = name.endsWith("bias") ? 0 : norm;
            for (long i = 0; i < spec.elements(); i++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            }
        } else {
            fillNormal(name, data, spec.elements());
        }
        return new StoredTensor(name, DType.F32, spec.shape(), data);
    }

    private void fillNormal(String name, MemorySegment data, long count) {
        NormalNumbers numbers = new NormalNumbers(name, seed, 1);
        for (long i = 0; i < count; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (numbers.at(i) * deviation));
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
