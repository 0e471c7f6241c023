package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.text.GgufVocabulary;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A GGUF file, mapped: llama.cpp's one file for weights, configuration and tokenizer (format: ggml's docs/gguf.md).
 * Tensors of every type that gguf's own library dequantises can be read.
 */
public final class Gguf implements AutoCloseable {
    private final MappedFile file;
    private final GgufHeader header;

    private Gguf(MappedFile file) {
        this.file = file;
        this.header = new GgufParser(file).parse();
    }

    /** Maps the file and checks its header. Throws {@link UserError} when it is missing, cut off or malformed. */
    public static Gguf open(Path path) {
        return MappedFile.reading(path, Gguf::new);
    }

    /** Every key of the header as it stands there. Not to be written to. */
    public ObjectNode metadata() {
        return header.metadata();
    }

    /**
     * The weights as a Hugging Face Llama has them: its names, and the rows of q and k in its order. All come in
     * {@code dtype} (F32, F16 or BF16), rounded from fp32 to the nearest, even on ties; those stored so already stay
     * mapped. Closing it closes this file. Throws {@link UserError} for other architectures and unknown tensors; a
     * tensor of an unreadable type is an error when it is asked for.
     */
    public WeightFile weights(DType dtype) {
        return new GgufWeights(file, header, dtype, llama().sources());
    }

    /** The tensors under the file's own names, rows in the file's order; otherwise as {@link #weights}. */
    public PackedRowFile tensors(DType dtype) {
        Map<String, GgufWeights.Source> sources = new LinkedHashMap<>();
        header.tensors().forEach((name, tensor) -> sources.put(name, new GgufWeights.Source(tensor, 0)));
        return new GgufWeights(file, header, dtype, sources);
    }

    /** The type that most of the file's weights are in, or BF16 when they are quantised: what to compute in by default. */
    public DType dtype() {
        GgufHeader.Tensor largest = header.tensors().values().stream()
                .max(Comparator.comparingLong(tensor -> TensorSpec.elements(tensor.shape())))
                .orElseThrow(() -> new UserError("%s holds no tensor".formatted(file.path())));
        boolean stored = largest.type() == GgufType.F32 || largest.type() == GgufType.F16;
        return stored ? DType.valueOf(largest.type().name()) : DType.BF16;
    }

    /**
     * The config.json that this model would have in a Hugging Face folder, with {@code torch_dtype} as given: sizes,
     * {@code rope_theta}, {@code rope_scaling}, tying, token ids. Throws {@link UserError} for another architecture, a
     * missing key or a rope scaling that cannot be expressed.
     */
    public ObjectNode config(DType dtype) {
        return llama().config(dtype);
    }

    /** What the file says about its tokenizer. Throws {@link UserError} when it has none. */
    public GgufVocabulary vocabulary() {
        GgufKeys keys = new GgufKeys(file.path(), header.metadata());
        String model = keys.text("tokenizer.ggml.model")
                .orElseThrow(
                        () -> new UserError("%s holds no tokenizer (no tokenizer.ggml.model)".formatted(file.path())));
        return new GgufVocabulary(
                model,
                keys.text("tokenizer.ggml.pre").orElse(""),
                keys.texts("tokenizer.ggml.tokens"),
                keys.reals("tokenizer.ggml.scores"),
                keys.numbers("tokenizer.ggml.token_type"),
                keys.texts("tokenizer.ggml.merges"),
                keys.optionalNumber("tokenizer.ggml.bos_token_id"),
                keys.optionalNumber("tokenizer.ggml.eos_token_id"),
                keys.optionalNumber("tokenizer.ggml.unknown_token_id"),
                keys.optionalNumber("tokenizer.ggml.padding_token_id"),
                keys.flag("tokenizer.ggml.add_bos_token", model.equals("llama")),
                keys.flag("tokenizer.ggml.add_space_prefix", true),
                keys.text("tokenizer.chat_template"));
    }

    /** Unmaps the file, and with it every tensor that was left mapped. */
    @Override
    public void close() {
        file.close();
    }

    private GgufLlama llama() {
        return new GgufLlama(file, header);
    }
}
