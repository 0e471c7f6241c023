package dev.lathe.train;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;

/** An adapter that was saved before: continued, merged or chatted with. */
public final class StoredAdapter implements AdapterStart {
    private final Weights weights;
    private final String origin;

    /** @param origin the adapter's folder, for errors */
    public StoredAdapter(WeightFile file, String origin) {
        this.weights = new Weights(file, origin, DType.F32);
        this.origin = origin;
    }

    /**
     * The tensors of an adapter's folder. Throws {@link UserError} when there are none, or when one belongs to no module
     * of the model: left out in silence, the adapter would say something else than it was taught.
     */
    public static WeightFile open(Path folder, LoadedModel model) {
        Set<String> known = ModelShape.of(model.spec()).names();
        WeightFile file = Checkpoint.open(folder);
        for (String name : file.names()) {
            String tensor = PeftNames.ofBase(name);
            if (!known.contains(tensor) && !tensor.equals(model.spec().headTensor())) {
                file.close();
                throw new UserError(
                        "%s: tensor %s belongs to no module of the base model: the adapter was made for another model"
                                .formatted(folder, name));
            }
        }
        return file;
    }

    @Override
    public Tensor factor(String name, DType computeType, long rows, long columns) {
        return stored(name, rows, columns);
    }

    @Override
    public Tensor whole(String name, Supplier<Tensor> checkpoint) {
        try (Tensor shaped = checkpoint.get()) {
            return stored(name, shaped.shape());
        }
    }

    private Tensor stored(String name, long... shape) {
        if (!weights.has(name)) {
            throw new UserError("%s has no tensor %s: the adapter was made for another model, or is not whole"
                    .formatted(origin, name));
        }
        return weights.copy(name, DType.F32, shape);
    }
}
