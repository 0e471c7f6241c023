package dev.lathe.bench.measure;

import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code lathe bench size}: what a model's weights take in each kind of storage. Exact, from shapes alone: numbers and their
 * scales, without tables of codes and without padding.
 */
public final class SizeTable {
    /** Numbers that share a scale in NF4, and scales that share one where they are quantised in turn. */
    private static final long NF4_BLOCK = 64;

    private static final long NESTED_BLOCK = 256;

    /** A way to store the linear layers of the blocks; everything else has {@code otherBytes} a number. */
    private enum Storage {
        FP32("fp32", 4),
        FP16("fp16 or bf16", 2),
        INT8("int8, a scale a row; the rest fp16", 2),
        NF4("nf4, a scale for 64 numbers; the rest bf16", 2),
        NF4_NESTED("nf4, scales quantised too; the rest bf16", 2),
        NF4_NESTED_INT8_TABLES("nf4, scales quantised too; embedding and head int8; the rest bf16", 2);

        private final String words;
        private final long otherBytes;

        Storage(String words, long otherBytes) {
            this.words = words;
            this.otherBytes = otherBytes;
        }

        long bytes(TensorSpec tensor, boolean linear, boolean table) {
            long numbers = tensor.elements();
            if (table && this == NF4_NESTED_INT8_TABLES) {
                return INT8.bytes(tensor, true, false);
            }
            if (!linear) {
                return numbers * otherBytes;
            }
            long blocks = (numbers + NF4_BLOCK - 1) / NF4_BLOCK;
            return switch (this) {
                case FP32, FP16 -> numbers * otherBytes;
                case INT8 -> numbers + Float.BYTES * tensor.shape()[0];
                case NF4 -> (numbers + 1) / 2 + Float.BYTES * blocks;
                // One byte a scale, one float for 256 of them, and the mean that was taken off.
                case NF4_NESTED, NF4_NESTED_INT8_TABLES ->
                    (numbers + 1) / 2 + blocks + Float.BYTES * ((blocks + NESTED_BLOCK - 1) / NESTED_BLOCK + 1);
            };
        }
    }

    private SizeTable() {}

    /** Throws nothing: every model that has a shape has a size. */
    public static Measurement of(String model, DecoderSpec spec, String when, Conditions conditions) {
        ModelShape shape = ModelShape.of(spec);
        Set<String> linears = new TreeSet<>();
        LinearShapes.of(spec).linears().forEach(linear -> linears.addAll(linear.names()));
        Set<String> tables = Set.of(spec.embeddingTensor(), spec.headTensor());
        List<Section> sections = Arrays.stream(Storage.values())
                .map(storage -> section(storage, shape, linears, tables))
                .toList();
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", model);
        return new Measurement("size", when, conditions.with(settings), sections);
    }

    private static Section section(Storage storage, ModelShape shape, Set<String> linears, Set<String> tables) {
        SequencedMap<String, Long> groups = new LinkedHashMap<>();
        long total = 0;
        long numbers = 0;
        for (TensorSpec tensor : shape.tensors()) {
            long bytes = storage.bytes(tensor, linears.contains(tensor.name()), tables.contains(tensor.name()));
            groups.merge(group(tensor), bytes, Long::sum);
            total += bytes;
            numbers += tensor.elements();
        }
        groups.put("all", total);
        List<Metric> metrics = new ArrayList<>();
        groups.forEach((group, bytes) -> metrics.add(new Metric(group, bytes, Unit.BYTES)));
        metrics.add(new Metric("a number", 8.0 * total / numbers, Unit.BITS));
        return new Section(storage.words, metrics);
    }

    private static String group(TensorSpec tensor) {
        if (tensor.shape().length == 1) {
            return "norms and biases";
        }
        if (tensor.name().contains(".layers.")) {
            return tensor.name().contains("attn") ? "attention" : "MLP";
        }
        return tensor.name().startsWith("lm_head") ? "head" : "embedding";
    }
}
