package dev.lathe.model;

import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
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
 * @param linears last parts of the names of its linear layers: what {@code lora_target: all} means
 */
public record ModelShape(List<TensorSpec> tensors, List<String> linears) {
    public static ModelShape of(DecoderSpec spec) {
        Recorder recorder = new Recorder(spec.dtype());
        try (Scope scope = Scope.open()) { // for the empty tensors that stand in
            Decoder.build(spec, recorder);
        }
        return new ModelShape(List.copyOf(recorder.tensors), List.copyOf(recorder.linears));
    }

    public long parameters() {
        return tensors.stream().mapToLong(TensorSpec::elements).sum();
    }

    public SequencedSet<String> names() {
        SequencedSet<String> names = new LinkedHashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        return names;
    }

    private static final class Recorder implements Modules {
        private final DType dtype;
        private final List<TensorSpec> tensors = new ArrayList<>();
        private final SequencedSet<String> linears = new LinkedHashSet<>();

        Recorder(DType dtype) {
            this.dtype = dtype;
        }

        @Override
        public Linear joined(List<Part> parts, long in) {
            for (Part part : parts) {
                linears.add(part.lastName());
                tensors.add(new TensorSpec(part.name() + ".weight", dtype, part.out(), in));
                if (part.bias()) {
                    tensors.add(new TensorSpec(part.name() + ".bias", dtype, part.out()));
                }
            }
            return new Placeholder();
        }

        @Override
        public Operand scale(String name, long size) {
            tensors.add(new TensorSpec(name + ".weight", dtype, size));
            return Operand.fixed(Tensors.empty(dtype, 0));
        }

        @Override
        public Operand table(String name, long rows, long columns) {
            tensors.add(new TensorSpec(name + ".weight", dtype, rows, columns));
            return Operand.fixed(Tensors.empty(dtype, 0));
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
