package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.SafetensorsWriter;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** A model of any size in bf16 whose weights are noise, written tensor by tensor. */
record RandomLlama(int hidden, int intermediate, int layers) {
    /** ±2^-6 · (1 + m / 128) in each 16 bits: a sign, an exponent of 121, and 7 bits of m. */
    private static final long NOISE = 0x807F807F807F807FL;

    private static final long SIXTY_FOURTH = 0x3C803C803C803C80L;
    private static final long ONE = 0x3F803F803F803F80L;

    /** Puts it in the place of {@code tiny}'s model, whose tokenizer it keeps. */
    void write(TinyModel tiny, SafeFiles files) {
        Path folder = tiny.model();
        ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
        config.put("hidden_size", hidden)
                .put("intermediate_size", intermediate)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", hidden / 64)
                .put("num_key_value_heads", hidden / 256)
                .put("torch_dtype", "bfloat16");
        files.writeText(folder.resolve("config.json"), Json.pretty(config));
        List<TensorSpec> specs =
                ModelShape.of(ConfigReader.read(config, "random")).tensors();
        long largest = specs.stream()
                .map(TensorSpec::elements)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        SplittableRandom random = new SplittableRandom(hidden);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(largest * DType.BF16.bytes(), Long.BYTES);
            List<TensorSource> tensors = specs.stream()
                    .map(spec -> new TensorSpec(spec.name(), DType.BF16, spec.shape()))
                    .map(spec -> new TensorSource(spec, () -> filled(spec, memory, random)))
                    .toList();
            new SafetensorsWriter(files).write(folder.resolve("model.safetensors"), tensors);
        }
    }

    private static MemorySegment filled(TensorSpec spec, MemorySegment memory, SplittableRandom random) {
        for (long i = 0; i < spec.bytes() / Long.BYTES; i++) {
            long four = spec.shape().length == 1 ? ONE : random.nextLong() & NOISE | SIXTY_FOURTH;
            memory.setAtIndex(ValueLayout.JAVA_LONG, i, four);
        }
        return memory.asSlice(0, spec.bytes());
    }
}
