package dev.lathe.bench.measure;

import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.quant.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code lathe bench size}: what a model's weights take in each kind of storage. Exact, from shapes alone: numbers and their
 * scales, without tables of codes and without padding.
 */
public final class SizeTable {
    private static final List<Kept> WAYS = List.of(
            new Kept("fp32", 4, Optional.empty()),
            new Kept("fp16 or bf16", 2, Optional.empty()),
            new Kept("int8, a scale a row; the rest fp16", 2, Optional.of(Storage.int8())),
            new Kept("nf4, a scale for 64 numbers; the rest bf16", 2, Optional.of(Storage.nf4(false))),
            new Kept("nf4, scales quantised too; the rest bf16", 2, Optional.of(Storage.nf4(true))),
            new Kept(
                    "nf4, scales quantised too; embedding and head int8; the rest bf16",
                    2,
                    Optional.of(Storage.nf4(true)),
                    Optional.of(Storage.int8())));

    /**
     * A way to keep a model.
     *
     * @param bytes of a number that is not packed
     * @param packed how the blocks' linear layers are
     * @param tables how embedding and head are
     */
    private record Kept(String words, long bytes, Optional<Storage> packed, Optional<Storage> tables) {
        Kept(String words, long bytes, Optional<Storage> packed) {
            this(words, bytes, packed, Optional.empty());
        }

        long of(TensorSpec tensor, boolean linear, boolean table) {
            long[] shape = tensor.shape();
            return (table ? tables : packed.filter(storage -> linear))
                    .map(storage -> storage.bytes(shape[0], shape[1]))
                    .orElse(tensor.elements() * bytes);
        }
    }

    private SizeTable() {}

    /** Throws nothing: every model that has a shape has a size. */
    public static Measurement of(String model, DecoderSpec spec, String when, Conditions conditions) {
        ModelShape shape = ModelShape.of(spec);
        Set<String> linears = new TreeSet<>();
        LinearShapes.of(spec).linears().forEach(linear -> linears.addAll(linear.names()));
        Set<String> tables = Set.of(spec.embeddingTensor(), spec.headTensor());
        List<Section> sections = WAYS.stream()
                .map(way -> section(way, spec, shape, linears, tables))
                .toList();
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", model);
        return new Measurement("size", when, conditions.with(settings), sections);
    }

    private static Section section(
            Kept way, DecoderSpec spec, ModelShape shape, Set<String> linears, Set<String> tables) {
        SequencedMap<String, Long> groups = new LinkedHashMap<>();
        long total = 0;
        long numbers = 0;
        for (TensorSpec tensor : shape.tensors()) {
            long bytes = way.of(tensor, linears.contains(tensor.name()), tables.contains(tensor.name()));
            groups.merge(group(spec, tensor), bytes, Long::sum);
            total += bytes;
            numbers += tensor.elements();
        }
        groups.put("all", total);
        List<Metric> metrics = new ArrayList<>();
        groups.forEach((group, bytes) -> metrics.add(new Metric(group, bytes, Unit.BYTES)));
        metrics.add(new Metric("a number", 8.0 * total / numbers, Unit.BITS));
        return new Section(way.words(), metrics);
    }

    private static String group(DecoderSpec spec, TensorSpec tensor) {
        if (tensor.shape().length == 1) {
            return "norms and biases";
        }
        if (spec.layerOf(tensor.name()).isPresent()) {
            return tensor.name().contains("att") ? "attention" : "MLP";
        }
        return tensor.name().equals(spec.headTensor()) ? "head" : "embedding";
    }
}
