package dev.lathe.run;

import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.quant.Quantization;
import dev.lathe.quant.Storage;
import dev.lathe.quant.Unpacker;
import dev.lathe.run.config.GgufWeights;
import dev.lathe.run.config.ModelConfig;
import dev.lathe.run.config.QuantizationConfig;
import dev.lathe.tensor.DType;
import java.util.Optional;

/**
 * In which storage a model's linear layers are held: as its checkpoint has them, or packed while it loads.
 *
 * @param quantization what to pack them as; a checkpoint that is quantised already stays as it is
 * @param gguf what becomes of a GGUF file's blocks
 */
record WeightLoading(Optional<QuantizationConfig> quantization, GgufWeights gguf) {
    /** Dense matrices in bf16 that are worth packing. */
    private static final long LARGE = 1 << 30;

    static WeightLoading of(ModelConfig config) {
        return new WeightLoading(config.quantization(), config.gguf());
    }

    /** With a GGUF file's blocks as dense matrices. */
    WeightLoading withDenseBlocks() {
        return new WeightLoading(quantization, GgufWeights.DENSE);
    }

    /** @param compute type of the arithmetic */
    LoadedModel load(LoadedModel model, DType compute) {
        if (Quantization.method(model).isPresent()) {
            return Quantization.asStored(model, new Unpacker());
        }
        if (quantization.isPresent()) {
            return Quantization.whileLoading(model, storage(quantization.get()), compute, new Unpacker());
        }
        return packsGguf(model) ? Quantization.asBlocks(model, new Unpacker()) : model;
    }

    private boolean packsGguf(LoadedModel model) {
        return switch (gguf) {
            case DENSE -> false;
            case PACKED -> true;
            case AUTO -> ModelShape.of(model.spec()).parameters() * DType.BF16.bytes() > LARGE;
        };
    }

    static Storage storage(QuantizationConfig config) {
        return switch (config.method()) {
            case BITSANDBYTES ->
                config.bits() == 8
                        ? Storage.int8()
                        : config.fp4()
                                ? Storage.fp4(config.doubleQuantization())
                                : Storage.nf4(config.doubleQuantization());
            case HQQ -> Storage.hqq(config.bits());
            case EETQ -> Storage.eetq();
        };
    }
}
