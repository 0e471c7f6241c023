package dev.lathe.bench.measure;

import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.Linear;
import dev.lathe.model.Modules;
import dev.lathe.model.Pass;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The linear layers of a model as it multiplies by them, found by building it from nothing. */
record LinearShapes(List<Shape> linears, Shape head) {
    private static final Pattern LAYER = Pattern.compile("\\.layers\\.(\\d{1,6})\\.");

    /**
     * One product's matrix.
     *
     * @param names of its tensors in the checkpoint; several lie side by side in one matrix
     */
    record Shape(List<String> names, long in, long out) {
        /** Which block it is in; empty outside of blocks. */
        OptionalInt layer() {
            Matcher matcher = LAYER.matcher(names.getFirst());
            return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
        }

        long elements() {
            return in * out;
        }
    }

    static LinearShapes of(DecoderSpec spec) {
        Recorder recorder = new Recorder();
        Decoder.build(spec, recorder);
        String head = spec.tiedHead() ? spec.embeddingTensor() : spec.headTensor();
        return new LinearShapes(
                List.copyOf(recorder.linears), new Shape(List.of(head), spec.hidden(), spec.vocabulary()));
    }

    /** Numbers of all blocks' matrices. */
    long elements() {
        return linears.stream().mapToLong(Shape::elements).sum();
    }

    private static final class Recorder implements Modules {
        private final List<Shape> linears = new ArrayList<>();

        @Override
        public Linear joined(List<Part> parts, long in) {
            linears.add(new Shape(
                    parts.stream().map(part -> part.name() + ".weight").toList(),
                    in,
                    parts.stream().mapToLong(Part::out).sum()));
            return new Placeholder();
        }

        @Override
        public Linear expert(List<Part> parts, long in) {
            return joined(parts, in);
        }

        @Override
        public Operand tensor(String name, long... shape) {
            return Operand.fixed(Tensors.empty(DType.F32, 0));
        }

        @Override
        public Tensor constant(String name, long... shape) {
            return Tensors.empty(DType.F32, 0);
        }

        @Override
        public Operand scale(String name, long size) {
            return Operand.fixed(Tensors.empty(DType.F32, 0));
        }

        @Override
        public Operand table(String name, long rows, long columns) {
            return Operand.fixed(Tensors.empty(DType.F32, 0));
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
