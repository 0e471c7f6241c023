package dev.lathe.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
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

    private static final String CONFIG = """
        {"model_type": "llama", "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 3,
         "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 48,
         "attention_bias": true, "max_position_embeddings": 24}
        """;

    static Decoder random(long seed, RopeScaling scaling) {
        DecoderSpec spec = ConfigReader.read((ObjectNode) Json.parse(CONFIG, "tiny"), "tiny");
        RopePlan plan = new RopePlan(List.of(new RopeSpec(10000, 8, scaling)), List.of(0, 0, 0));
        return random(seed, spec.rotating(plan));
    }

    /** Any decoder with such weights. */
    static Decoder random(long seed, DecoderSpec spec) {
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
    public Linear expert(List<Part> parts, long in) {
        return joined(parts, in);
    }

    @Override
    public Operand tensor(String name, long... shape) {
        return Operand.fixed(gaussian(0, 0.5, shape));
    }

    @Override
    public Tensor constant(String name, long... shape) {
        return gaussian(0, 0.5, shape);
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
