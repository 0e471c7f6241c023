package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.PackedRowFile;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.util.Optional;

/** Makes a model's linear layers packed ones; its other tensors stay as they are. */
public final class Quantization {
    private Quantization() {}

    /**
     * The model with its matrices as its checkpoint stores them, when config.json says that they are quantised; otherwise the
     * model as it is. Throws {@link UserError} for methods and layouts that cannot be read.
     */
    public static LoadedModel asStored(LoadedModel model, Unpacker unpacker) {
        return format(model)
                .map(format -> with(model, model.weights(), format, model.spec().dtype(), unpacker))
                .orElse(model);
    }

    /** Its name for messages, if the checkpoint is quantised: {@code gptq}. */
    public static Optional<String> method(LoadedModel model) {
        JsonNode config = model.config().path("quantization_config");
        return config.isObject() ? Optional.of(config.path("quant_method").asText("unnamed")) : Optional.empty();
    }

    private static Optional<MatrixFormat> format(LoadedModel model) {
        JsonNode config = model.config().path("quantization_config");
        if (config.isObject()) {
            return Optional.of(CheckpointFormats.of(config, model.name()));
        }
        return Optional.empty();
    }

    /** A GGUF model with its matrices in the blocks of the file; any other as it is. */
    public static LoadedModel asBlocks(LoadedModel model, Unpacker unpacker) {
        return model.weights() instanceof PackedRowFile file
                ? with(model, file, new GgufFormat(file), model.spec().dtype(), unpacker)
                : model;
    }

    /**
     * The model with its matrices packed as they are read: one layer at a time is dense.
     *
     * @param compute type of the arithmetic, to which the weights are rounded first
     */
    public static LoadedModel whileLoading(LoadedModel model, Storage storage, DType compute, Unpacker unpacker) {
        MatrixFormat format = new OnTheFlyFormat(storage.quantizer(), compute);
        return with(model, model.weights(), format, model.spec().dtype(), unpacker);
    }

    /**
     * The same model with inputs rounded to bytes where the library of its storage does that: {@link Int8Product}. Its
     * gradients stay those of the dequantised matrices.
     */
    public static LoadedModel roundingInputs(LoadedModel model) {
        return model.weights() instanceof QuantizedWeights packed
                ? model.with(new QuantizedWeights(packed.file(), QuantizedWeights.Inputs.ROUNDED))
                : model;
    }

    /**
     * The same model with dense matrices again, those that its packed ones stand for, in float32; and with a config.json that
     * says so.
     */
    public static LoadedModel dequantised(LoadedModel model) {
        if (!(model.weights() instanceof QuantizedWeights packed)) {
            return model;
        }
        ObjectNode config = model.config().deepCopy();
        config.remove("quantization_config");
        return model.with(model.spec(), config).with(packed.file().in(DType.F32));
    }

    static LoadedModel with(LoadedModel model, WeightFile file, MatrixFormat format, DType dtype, Unpacker unpacker) {
        return model.with(new QuantizedWeights(
                new DequantizedFile(file, model.name(), ModelShape.of(model.spec()), format, dtype, unpacker)));
    }
}
