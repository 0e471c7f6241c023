package dev.lathe.model;

import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Head;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Names and shapes of a model's tensors, found by building it from nothing.
 *
 * @param tensors every tensor of the checkpoint, in the model's order
 * @param linears last parts of the names of its linear layers, those of experts aside: what {@code lora_target: all}
 *     means
 * @param products its linear layers as the decoder multiplies by them, those of experts among them unless all of a
 *     layer's lie in one tensor
 * @param constants those of the tensors that are never trained
 */
public record ModelShape(
        List<TensorSpec> tensors, List<String> linears, List<Product> products, List<TensorSpec> constants) {
    /**
     * A matrix that one product needs.
     *
     * @param parts layers that lie side by side in it, because they read the same input
     * @param share of all tokens that go through it, in (0, 1]: below 1 for an expert, whose router is taken to treat all alike
     */
    public record Product(List<Modules.Part> parts, long in, double share) {}

    public static ModelShape of(DecoderSpec spec) {
        Recorder recorder = new Recorder(spec);
        try (Scope scope = Scope.open()) { // for the empty tensors that stand in
            Decoder.build(spec, recorder);
        }
        return new ModelShape(
                List.copyOf(recorder.tensors),
                List.copyOf(recorder.linears),
                List.copyOf(recorder.products),
                List.copyOf(recorder.constants));
    }

    /** Numbers that could be trained. */
    public long parameters() {
        return tensors.stream().mapToLong(TensorSpec::elements).sum()
                - constants.stream().mapToLong(TensorSpec::elements).sum();
    }

    public SequencedSet<String> names() {
        SequencedSet<String> names = new LinkedHashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        return names;
    }

    private static final class Recorder implements Modules {
        private final DType dtype;
        private final double expertShare;
        private final List<TensorSpec> tensors = new ArrayList<>();
        private final List<Product> products = new ArrayList<>();
        private final List<TensorSpec> constants = new ArrayList<>();
        private final SequencedSet<String> linears = new LinkedHashSet<>();

        Recorder(DecoderSpec spec) {
            this.dtype = spec.dtype();
            this.expertShare = spec.experts()
                    .map(experts -> (double) experts.active() / experts.count())
                    .orElse(1.0);
        }

        @Override
        public Linear joined(List<Part> parts, long in) {
            parts.forEach(part -> linears.add(part.lastName()));
            return product(parts, in, 1);
        }

        @Override
        public Linear expert(List<Part> parts, long in) {
            return product(parts, in, expertShare);
        }

        private Linear product(List<Part> parts, long in, double share) {
            products.add(new Product(parts, in, share));
            for (Part part : parts) {
                tensors.add(new TensorSpec(part.name() + ".weight", dtype, part.out(), in));
                if (part.bias()) {
                    tensors.add(new TensorSpec(part.name() + ".bias", dtype, part.out()));
                }
            }
            return new Placeholder();
        }

        @Override
        public Operand tensor(String name, long... shape) {
            tensors.add(new TensorSpec(name, dtype, shape));
            return Operand.fixed(Tensors.empty(dtype, 0));
        }

        @Override
        public Head head(String module, Head plain, long vocabulary, long hidden) {
            linears.add(Modules.lastName(module));
            return plain;
        }

        @Override
        public Tensor constant(String name, long... shape) {
            constants.add(new TensorSpec(name, dtype, shape));
            tensors.add(new TensorSpec(name, dtype, shape));
            return Tensors.zeros(dtype, shape);
        }

        @Override
        public Operand scale(String name, long size) {
            return tensor(name + ".weight", size);
        }

        @Override
        public Operand table(String name, long rows, long columns) {
            return tensor(name + ".weight", rows, columns);
        }
    }

    private record Placeholder() implements Linear {
        @Override
        public Tensor apply(Pass pass, Tensor x) {
            throw new IllegalStateException("a shape computes nothing");
        }

        @Override
        public boolean isTrained() {
            return false;
        }
    }
}
