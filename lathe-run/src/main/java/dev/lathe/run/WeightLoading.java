package dev.lathe.run;

import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.quant.PackedTables;
import dev.lathe.quant.Quantization;
import dev.lathe.quant.Storage;
import dev.lathe.quant.Unpacker;
import dev.lathe.run.config.GgufWeights;
import dev.lathe.run.config.ModelConfig;
import dev.lathe.run.config.QuantizationConfig;
import dev.lathe.tensor.DType;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * In which storage a model's linear layers are held: as its checkpoint has them, or packed while it loads.
 *
 * @param quantization what to pack them as; a checkpoint that is quantised already stays as it is
 * @param gguf what becomes of a GGUF file's blocks
 * @param int8Embedding whether embedding and head are packed too
 * @param int8Activations whether inputs of products are rounded too, where that belongs to the storage
 * @param told what packing did to the numbers, for people
 */
record WeightLoading(
        Optional<QuantizationConfig> quantization,
        GgufWeights gguf,
        boolean int8Embedding,
        boolean int8Activations,
        Consumer<String> told) {
    /** Dense matrices in bf16 that are worth packing. */
    private static final long LARGE = 1 << 30;

    static WeightLoading of(ModelConfig config, Consumer<String> told) {
        return new WeightLoading(
                config.quantization(), config.gguf(), config.int8Embedding(), config.int8Activations(), told);
    }

    /** For a model that is asked, not trained: gradients are those of products with unrounded inputs. */
    LoadedModel loadToAsk(LoadedModel model, DType compute) {
        LoadedModel loaded = load(model, compute);
        return int8Activations ? Quantization.roundingInputs(loaded) : loaded;
    }

    /** With a GGUF file's blocks as dense matrices. */
    WeightLoading withDenseBlocks() {
        return new WeightLoading(quantization, GgufWeights.DENSE, int8Embedding, int8Activations, told);
    }

    /** @param compute type of the arithmetic */
    LoadedModel load(LoadedModel model, DType compute) {
        LoadedModel layers = layers(model, compute);
        if (!int8Embedding) {
            return layers;
        }
        PackedTables tables = PackedTables.of(layers, compute);
        told.accept(String.format(
                Locale.ROOT,
                "Embedding in int8: off by %.2f %% (root of squared differences over squared numbers)",
                100 * tables.error()));
        return tables.model();
    }

    private LoadedModel layers(LoadedModel model, DType compute) {
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
