package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A Llama of three layers with random weights large enough that every token matters to the next. */
record TinyLlama(SplittableRandom random) implements Modules {
    static final int VOCABULARY = 64;
    static final int POSITIONS = 24;

    static Decoder random(long seed, RopeScaling scaling) {
        RopeSpec rope = new RopeSpec(10000, 8, scaling);
        DecoderSpec spec = new DecoderSpec(
                "llama",
                VOCABULARY,
                32,
                3,
                4,
                2,
                8,
                48,
                1e-6,
                true,
                true,
                false,
                false,
                POSITIONS,
                rope,
                DType.F32,
                0.02,
                List.of());
        return Decoder.build(spec, new TinyLlama(new SplittableRandom(seed)));
    }

    static int[] text(long seed, int length) {
        return new SplittableRandom(~seed).ints(length, 0, VOCABULARY).toArray();
    }

    @Override
    public Linear joined(List<Part> parts, long in) {
        long out = parts.stream().mapToLong(Part::out).sum();
        boolean bias = parts.getFirst().bias();
        DenseWeight weight = new DenseWeight(gaussian(0, 1.5 / Math.sqrt(in), out, in));
        return new FrozenLinear(weight, bias ? Optional.of(Operand.fixed(gaussian(0, 0.3, out))) : Optional.empty());
    }

    @Override
    public Operand scale(String name, long size) {
        return Operand.fixed(gaussian(1, 0.2, size));
    }

    @Override
    public Operand table(String name, long rows, long columns) {
        return Operand.fixed(gaussian(0, 0.5, rows, columns));
    }

    private Tensor gaussian(double mean, double deviation, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(mean, deviation);
        }
        return Tensors.of(values, shape);
    }
}
