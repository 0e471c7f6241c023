package dev.lathe.train;

import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The tensors of a model to be saved: the base's, with the trained ones in place of theirs. */
public final class ModelTensors {
    private ModelTensors() {}

    /** @param dtype what everything is saved in */
    public static List<TensorSource> of(WeightFile base, List<Parameter> trained, DType dtype) {
        Map<String, Supplier<Tensor>> replaced = new LinkedHashMap<>();
        trained.forEach(parameter -> replaced.put(parameter.name(), parameter::master));
        return of(base, replaced, dtype);
    }

    /** @param replaced by name; asked for when its turn to be written comes */
    public static List<TensorSource> of(WeightFile base, Map<String, Supplier<Tensor>> replaced, DType dtype) {
        Map<String, TensorSource> sources = new LinkedHashMap<>();
        for (String name : base.names()) {
            TensorSpec spec = base.spec(name);
            sources.put(
                    name, new TensorSource(new TensorSpec(name, dtype, spec.shape()), () -> stored(base, name, dtype)));
        }
        replaced.forEach((name, tensor) -> {
            long[] shape = sources.containsKey(name) ? sources.get(name).spec().shape() : shape(tensor);
            sources.put(name, new TensorSource(new TensorSpec(name, dtype, shape), () -> bytes(tensor, dtype)));
        });
        return List.copyOf(sources.values());
    }

    private static long[] shape(Supplier<Tensor> tensor) {
        try (Scope scope = Scope.open()) {
            return tensor.get().shape();
        }
    }

    private static MemorySegment stored(WeightFile base, String name, DType dtype) {
        StoredTensor stored = base.get(name);
        if (stored.dtype() == dtype) {
            return stored.data();
        }
        try (Scope scope = Scope.open()) {
            Tensor copy = Tensors.empty(stored.dtype(), stored.shape());
            copy.data().copyFrom(stored.data());
            return ownCopy(copy.to(dtype));
        }
    }

    private static MemorySegment bytes(Supplier<Tensor> tensor, DType dtype) {
        try (Scope scope = Scope.open()) {
            return ownCopy(tensor.get().to(dtype).contiguous());
        }
    }

    private static MemorySegment ownCopy(Tensor tensor) {
        return Arena.ofAuto().allocate(tensor.data().byteSize(), 8).copyFrom(tensor.data());
    }
}
