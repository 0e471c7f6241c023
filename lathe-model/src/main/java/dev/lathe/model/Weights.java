package dev.lathe.model;

import dev.lathe.base.Pages;
import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.PackedTable;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tensors of a checkpoint in the type of the arithmetic. What is stored in that type stays in the mapped file; the rest
 * is converted tensor by tensor. The file must outlive them.
 */
public final class Weights {
    private final WeightFile file;
    private final String origin;
    private final DType dtype;

    /** @param origin name of the model, for errors */
    public Weights(WeightFile file, String origin, DType dtype) {
        this.file = file;
        this.origin = origin;
        this.dtype = dtype;
    }

    public DType dtype() {
        return dtype;
    }

    /** Name of the model or adapter, for errors. */
    public String origin() {
        return origin;
    }

    /** In the type of the arithmetic. Throws {@link UserError} when missing or of another shape than the config says. */
    public Tensor get(String name, long... shape) {
        return get(name, dtype, shape);
    }

    /**
     * The matrices of layers that read the same input, one below the other: [sum of their outs, in]. A single one stays
     * where {@link #get} leaves it.
     */
    Tensor joined(List<Modules.Part> parts, long in) {
        Modules.Part first = parts.getFirst();
        return parts.size() == 1 ? get(first.name() + ".weight", first.out(), in) : copyJoined(parts, in, dtype);
    }

    /** The same for products: packed, where the file keeps it so. */
    Weight linear(List<Modules.Part> parts, long in) {
        return file instanceof PackedWeights packed ? packed.weight(parts, in) : new DenseWeight(joined(parts, in));
    }

    /** The same with {@code room} columns behind it. */
    WideWeight wide(List<Modules.Part> parts, long in, long room) {
        return file instanceof PackedWeights packed
                ? packed.wide(parts, in, room, dtype)
                : DenseWideWeight.of(copyJoined(parts, in, room, dtype), in);
    }

    /** The table of an embedding or a head: packed, where the file keeps it so. */
    Operand table(String module, long rows, long columns) {
        Optional<PackedTable> packed =
                file instanceof PackedWeights some ? some.table(module, rows, columns, dtype) : Optional.empty();
        return packed.map(Operand::packed).orElseGet(() -> Operand.fixed(get(module + ".weight", rows, columns)));
    }

    /** The same in memory of its own, to be changed. */
    public Tensor copyJoined(List<Modules.Part> parts, long in, DType type) {
        return copyJoined(parts, in, 0, type);
    }

    /** With {@code room} columns of zeros behind them. */
    Tensor copyJoined(List<Modules.Part> parts, long in, long room, DType type) {
        Tensor whole = Scope.release(Tensors.empty(type, rows(parts), in + room));
        try (Scope scope = Scope.open()) {
            whole.narrow(1, in, room).fill(0);
            long at = 0;
            for (Modules.Part part : parts) {
                Tensor place = whole.narrow(0, at, part.out()).narrow(1, 0, in);
                reading(part.name() + ".weight", (rows, inFile) -> place.copyFrom(rows), part.out(), in);
                at += part.out();
            }
        }
        return whole;
    }

    /** Their biases in the same order and in memory of their own; 0 where a layer has none. */
    public Tensor copyJoinedBias(List<Modules.Part> parts, DType type) {
        Tensor whole = Scope.release(Tensors.zeros(type, rows(parts)));
        long at = 0;
        for (Modules.Part part : parts) {
            if (part.bias()) {
                try (Tensor place = whole.narrow(0, at, part.out())) {
                    reading(part.name() + ".bias", (rows, inFile) -> place.copyFrom(rows), part.out());
                }
            }
            at += part.out();
        }
        return whole;
    }

    private static long rows(List<Modules.Part> parts) {
        return parts.stream().mapToLong(Modules.Part::out).sum();
    }

    /** In memory of its own, to be changed. */
    public Tensor copy(String name, DType type, long... shape) {
        return reading(
                name,
                (stored, inFile) -> Scope.release(Tensors.empty(type, shape).copyFrom(stored)),
                shape);
    }

    private Tensor get(String name, DType type, long... shape) {
        return reading(
                name,
                (stored, inFile) -> Scope.release(inFile || type != stored.dtype() ? stored.to(type) : stored.copy()),
                shape);
    }

    /** What is done with a tensor as it is stored. */
    @FunctionalInterface
    private interface Use {
        /** @param inFile whether it lies in the mapped file; otherwise it is gone when this returns */
        Tensor of(Tensor stored, boolean inFile);
    }

    private Tensor reading(String name, Use use, long... shape) {
        List<Tensor> computed = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            StoredTensor stored = file.get(name, (bytes, alignment) -> {
                // Released: the file may have opened a scope of its own that ends before the memory is read.
                Tensor memory = Scope.release(Tensors.empty(DType.U8, bytes));
                computed.add(memory);
                return memory.data();
            });
            if (!Arrays.equals(stored.shape(), shape)) {
                throw new UserError("%s: tensor %s is %s, but config.json makes it %s: the two do not belong together"
                        .formatted(origin, name, Arrays.toString(stored.shape()), Arrays.toString(shape)));
            }
            boolean aligned = stored.data().address() % stored.dtype().bytes() == 0;
            Tensor view = aligned ? Tensors.view(stored.data(), stored.dtype(), shape) : aligned(stored);
            return use.of(view, aligned && computed.isEmpty());
        } finally {
            computed.forEach(Tensor::close);
        }
    }

    private static Tensor aligned(StoredTensor stored) {
        Tensor copy = Tensors.empty(stored.dtype(), stored.shape());
        copy.data().copyFrom(stored.data());
        return copy;
    }

    public boolean has(String name) {
        return file.names().contains(name);
    }

    /** Has the system begin to read the tensor from the disk. */
    void expect(String name) {
        file.stored(name).forEach(Pages::expect);
    }

    /** The process's memory no longer counts what was read of the tensor; it is read again when it is next touched. */
    void forget(String name) {
        file.stored(name).stream().filter(MemorySegment::isMapped).forEach(MemorySegment::unload);
    }
}
