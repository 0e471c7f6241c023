package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSource;
import dev.lathe.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A dense model as a checkpoint with packed layers, in the layout of the storage's own library: {@link Quantization#asStored}
 * reads it again.
 *
 * @param model dense
 */
public record PackedCheckpoint(LoadedModel model, Storage storage) {
    /**
     * All tensors of the checkpoint. The packed ones are made now and stay in memory until they are written; the others stay
     * where they are. Throws {@link UserError} for shapes that the layout cannot hold.
     */
    public List<TensorSource> tensors() {
        DType dtype = model.spec().dtype();
        Quantizer quantizer = storage.quantizer();
        DequantizedFile layers = new DequantizedFile(
                model.weights(),
                model.name(),
                ModelShape.of(model.spec()),
                new OnTheFlyFormat(quantizer, dtype),
                dtype,
                new Unpacker());
        List<TensorSource> tensors = new ArrayList<>();
        for (String name : layers.names()) {
            if (layers.packs(name)) {
                quantizer.write(DequantizedFile.module(name), layers.matrix(name), dtype).stream()
                        .map(TensorSource::of)
                        .forEach(tensors::add);
            } else {
                StoredTensor dense = model.weights().get(name);
                tensors.add(TensorSource.of(dense));
            }
        }
        return tensors;
    }

    /** The model's config.json with how it is quantised. */
    public ObjectNode config() {
        ObjectNode config = model.config().deepCopy();
        config.set("quantization_config", storage.quantizer().config());
        return config;
    }
}
