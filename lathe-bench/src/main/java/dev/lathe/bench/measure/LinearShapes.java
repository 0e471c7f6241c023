package dev.lathe.bench.measure;

import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Modules.Part;
import java.util.List;

/** The linear layers of a model as it multiplies by them. */
record LinearShapes(DecoderSpec spec, List<Shape> linears, Shape head) {
    /**
     * One product's matrix.
     *
     * @param names of its tensors in the checkpoint; several lie side by side in one matrix
     * @param share of all rows that go through it
     */
    record Shape(List<String> names, long in, long out, double share) {
        long elements() {
            return in * out;
        }
    }

    static LinearShapes of(DecoderSpec spec) {
        String head = spec.tiedHead() ? spec.embeddingTensor() : spec.headTensor();
        return new LinearShapes(
                spec,
                ModelShape.of(spec).products().stream().map(LinearShapes::shape).toList(),
                new Shape(List.of(head), spec.hidden(), spec.vocabulary(), 1));
    }

    private static Shape shape(ModelShape.Product product) {
        return new Shape(
                product.parts().stream().map(part -> part.name() + ".weight").toList(),
                product.in(),
                product.parts().stream().mapToLong(Part::out).sum(),
                product.share());
    }

    /** Numbers of the blocks' matrices that a token of each of {@code texts} texts needs, if experts are chosen evenly. */
    double elements(int texts) {
        return linears.stream()
                .mapToDouble(shape -> shape.elements() * (1 - Math.pow(1 - shape.share(), texts)))
                .sum();
    }
}
