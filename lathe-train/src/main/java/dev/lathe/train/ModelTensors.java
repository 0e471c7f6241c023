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

/** The tensors of a model to be saved: the base's, with the trained ones in place of theirs. */
public final class ModelTensors {
    private ModelTensors() {}

    /** @param dtype what everything is saved in */
    public static List<TensorSource> of(WeightFile base, List<Parameter> trained, DType dtype) {
        Map<String, TensorSource> sources = new LinkedHashMap<>();
        for (String name : base.names()) {
            TensorSpec spec = base.spec(name);
            sources.put(
                    name, new TensorSource(new TensorSpec(name, dtype, spec.shape()), () -> stored(base, name, dtype)));
        }
        for (Parameter parameter : trained) {
            String name = parameter.name();
            long[] shape = sources.containsKey(name)
                    ? sources.get(name).spec().shape()
                    : parameter.master().shape();
            sources.put(name, new TensorSource(new TensorSpec(name, dtype, shape), () -> bytes(parameter, dtype)));
        }
        return List.copyOf(sources.values());
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

    /** Where they lie if they are there in this type: copies would be the most that a full fine-tuning ever holds. */
    private static MemorySegment bytes(Parameter parameter, DType dtype) {
        for (Tensor there : List.of(parameter.master(), parameter.compute())) {
            if (there.dtype() == dtype && there.isContiguous()) {
                return there.data();
            }
        }
        try (Scope scope = Scope.open()) {
            return ownCopy(parameter.master().to(dtype).contiguous());
        }
    }

    private static MemorySegment ownCopy(Tensor tensor) {
        return Arena.ofAuto().allocate(tensor.data().byteSize(), 8).copyFrom(tensor.data());
    }
}
