package dev.lathe.bench.measure;

import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.run.TrainingTrial;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose the peak of physical memory is. What has a size is counted: weights, what is trained, the optimizer's states, Java's
 * heap, pages of files. What a step holds, gradients with it, is what is left.
 *
 * @param frozen bytes of weights that nobody trains, in the type of the arithmetic
 * @param trained masters and the copies that are computed with
 * @param blockInputs what every block's input takes if it is kept for the backward pass; 0 where more than that is kept
 */
record Owners(long frozen, long trained, long states, long blockInputs) {
    /** @param rows of the largest pass */
    static Owners of(TrainingTrial.Parts parts, long rows) {
        List<Parameter> parameters = parts.tuning().parameters();
        DType compute = parts.compute();
        return new Owners(
                frozen(parts.model().spec(), parameters, compute),
                parameters.stream().mapToLong(Owners::trained).sum(),
                parts.optimizer().states().values().stream()
                        .mapToLong(Owners::bytes)
                        .sum(),
                parts.recompute()
                        ? (long) parts.model().spec().layers()
                                * rows
                                * parts.model().spec().hidden()
                                * compute.bytes()
                        : 0);
    }

    private static long frozen(DecoderSpec spec, List<Parameter> parameters, DType compute) {
        Set<String> trained = parameters.stream().map(Parameter::name).collect(Collectors.toSet());
        return ModelShape.of(spec).tensors().stream()
                .filter(tensor -> !trained.contains(tensor.name()))
                .mapToLong(tensor -> tensor.elements() * compute.bytes())
                .sum();
    }

    private static long trained(Parameter parameter) {
        boolean shared = parameter.master().dtype() == parameter.compute().dtype();
        return bytes(parameter.master()) + (shared ? 0 : bytes(parameter.compute()));
    }

    private static long bytes(Tensor tensor) {
        return tensor.count() * tensor.dtype().bytes();
    }

    /** @param mapped pages of a checkpoint whose weights are used where they lie count as weights, not twice */
    Section section(long peak, MappedMemory mapped) {
        long heap = touched(MemoryType.HEAP);
        long jvm = touched(MemoryType.NON_HEAP);
        List<Metric> metrics = new ArrayList<>();
        metrics.add(megabytes("frozen weights", frozen));
        metrics.add(megabytes("trained weights", trained));
        metrics.add(megabytes("optimizer states", states));
        if (blockInputs > 0) {
            metrics.add(megabytes("activations kept: inputs of the blocks", blockInputs));
        }
        metrics.add(megabytes("Java heap", heap));
        metrics.add(megabytes("Java's own: classes and compiled code", jvm));
        metrics.add(megabytes("libraries and jars", mapped.program()));
        metrics.add(megabytes("of the checkpoint's file, mapped (partly the frozen weights)", mapped.checkpoint()));
        long known =
                Math.max(frozen, mapped.checkpoint()) + trained + states + blockInputs + heap + jvm + mapped.program();
        metrics.add(megabytes(
                blockInputs > 0 ? "gradients, workspace and rest" : "activations, gradients, workspace and rest",
                Math.max(0, peak - known)));
        return new Section("peak memory by owner", metrics);
    }

    /** The most that was ever in use: what is reserved beyond it has no pages. */
    private static long touched(MemoryType type) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.isValid() && pool.getType() == type)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }

    private static Metric megabytes(String name, long bytes) {
        return new Metric(name, bytes, Unit.BYTES);
    }
}
