package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Philox;
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

    /** Box and Muller's transform of pairs of uniform numbers. */
    private void fillNormal(String name, MemorySegment data, long count) {
        int[] words = new int[4];
        for (long i = 0; i < count; i++) {
            int lane = (int) (i % 4);
            if (lane == 0) {
                int block = Math.toIntExact(i / 4);
                Philox.block(block, 0, 0, name.hashCode(), (int) (seed ^ (seed >>> 32)), 1, words, 0);
            }
            double radius = Math.sqrt(-2 * Math.log(unit(words[lane & 2])));
            double angle = 2 * Math.PI * unit(words[(lane & 2) + 1]);
            double normal = radius * (lane % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (normal * deviation));
        }
    }

    /** In (0, 1]. */
    private static double unit(int word) {
        return (Integer.toUnsignedLong(word) + 1) * 0x1p-32;
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
