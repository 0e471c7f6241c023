package dev.lathe.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.data.Sample;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FreshWeights;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.Weights;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A random decoder of three blocks with something trained in it, and random samples for it: what laws are tried on. */
record TinyDecoder(Decoder decoder, List<Parameter> parameters) {
    static final int LAYERS = 3;

    private static final int VOCABULARY = 50;
    private static final String CONFIG = """
            {"model_type": "llama", "vocab_size": 50, "hidden_size": 16, "intermediate_size": 24,
             "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-5,
             "max_position_embeddings": 128, "initializer_range": 0.2, "attention_bias": true,
             "tie_word_embeddings": true, "torch_dtype": "float32"}
            """;

    /** Every tensor trained, arithmetic in {@code compute}. */
    static TinyDecoder full(long seed, DType compute) {
        return some(seed, compute, name -> true);
    }

    /** Some tensors trained, by name. */
    static TinyDecoder some(long seed, DType compute, Predicate<String> trained) {
        TrainedModules modules = new TrainedModules(frozen(seed, compute), trained, DType.F32);
        Decoder decoder = Decoder.build(spec(), modules);
        return new TinyDecoder(decoder, modules.parameters());
    }

    /** Adapters with dropout, far from zero, and a norm trained whole. */
    static TinyDecoder lora(long seed, DType compute) {
        LoraSpec lora =
                new LoraSpec(3, 6, 0.3, false, List.of("q_proj", "v_proj", "o_proj", "down_proj"), List.of("norm"));
        LoraModules modules = new LoraModules(frozen(seed, compute), lora, new RandomStart(new Random(seed)));
        Decoder decoder = Decoder.build(spec(), modules);
        return new TinyDecoder(decoder, modules.parameters());
    }

    private static FrozenModules frozen(long seed, DType compute) {
        return new FrozenModules(new Weights(new FreshWeights(spec(), seed), "tiny", compute));
    }

    private static DecoderSpec spec() {
        return ConfigReader.read((ObjectNode) Json.parse(CONFIG, "tiny"), "tiny");
    }

    /** Samples of 2 to 20 tokens whose first label never counts, as with every chat template. */
    static List<Sample> samples(long seed, int count) {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids = random.ints(random.nextInt(2, 21), 0, VOCABULARY).toArray();
            int[] labels = ids.clone();
            Arrays.fill(labels, 0, random.nextInt(1, ids.length), Sample.IGNORED);
            samples.add(Sample.row(ids, labels));
        }
        return samples;
    }

    /** One step's gradients, each parameter's as an array; and its loss as the last array. */
    List<float[]> gradients(int kept, List<MicroBatch> step) {
        parameters.forEach(Parameter::clearGradient);
        LayerLoop loop = new LayerLoop(decoder, new Keeping.Top(kept));
        long divisor = step.stream().mapToLong(MicroBatch::supervised).sum();
        double loss = 0;
        for (MicroBatch batch : step) {
            Noise noise = new Noise(7, 3, batch.samples(), batch.places());
            loss += new LanguageModeling().accumulate(loop, batch, Optional.of(noise), divisor);
        }
        List<float[]> gradients = new ArrayList<>();
        for (Parameter parameter : parameters) {
            gradients.add(parameter.gradient().data().toArray(ValueLayout.JAVA_FLOAT));
        }
        gradients.add(new float[] {(float) loss});
        return gradients;
    }

    private record RandomStart(Random random) implements AdapterStart {
        @Override
        public Tensor factor(String name, DType computeType, long rows, long columns) {
            float[] values = new float[Math.toIntExact(rows * columns)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian(0, 0.3);
            }
            try (Scope scope = Scope.open()) {
                return Scope.release(Tensors.of(values, rows, columns));
            }
        }

        @Override
        public Tensor whole(String name, Supplier<Tensor> checkpoint) {
            return checkpoint.get();
        }
    }
}
