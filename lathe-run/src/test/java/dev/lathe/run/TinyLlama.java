package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.CheckpointWriter;
import dev.lathe.model.file.SafetensorsWriter;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random Llamas of two layers with a tokenizer of letters, and random adapters for them. */
record TinyLlama(Path folder, boolean tied, DType dtype, long seed) {
    private static final SafeFiles FILES = new SafeFiles(Disk.real());
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,?!+:\n";
    static final int VOCABULARY = 80;

    TinyLlama write() {
        ObjectNode config = config();
        Random random = new Random(seed);
        List<TensorSource> tensors = ModelShape.of(ConfigReader.read(config, "tiny")).tensors().stream()
                .map(spec -> tensor(spec.name(), random, spec.shape().length == 1 ? 1 : 0, spec.shape()))
                .toList();
        new CheckpointWriter(FILES).write(folder, tensors, Long.MAX_VALUE);
        FILES.writeText(folder.resolve("config.json"), Json.pretty(config));
        FILES.writeText(folder.resolve("tokenizer.json"), tokenizer());
        FILES.writeText(
                folder.resolve("tokenizer_config.json"),
                "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\", \"unk_token\": \"<unk>\"}");
        return this;
    }

    private ObjectNode config() {
        return Json.object()
                .put("model_type", "llama")
                .put("hidden_size", 16)
                .put("intermediate_size", 24)
                .put("num_hidden_layers", 2)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("vocab_size", VOCABULARY)
                .put("tie_word_embeddings", tied)
                .put("eos_token_id", 2)
                .put("torch_dtype", dtype == DType.BF16 ? "bfloat16" : dtype == DType.F16 ? "float16" : "float32");
    }

    /** A tokenizer with a token a letter. */
    private static String tokenizer() {
        ObjectNode root = Json.object();
        var added = root.putArray("added_tokens");
        List<String> special = List.of("<unk>", "<s>", "</s>");
        for (int id = 0; id < special.size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", special.get(id))
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        }
        root.putObject("pre_tokenizer")
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", "[\\s\\S]");
        root.putObject("decoder").put("type", "Fuse");
        ObjectNode vocabulary = root.putObject("model")
                .put("type", "WordLevel")
                .put("unk_token", "<unk>")
                .putObject("vocab");
        special.forEach(token -> vocabulary.put(token, vocabulary.size()));
        LETTERS.chars().forEach(letter -> vocabulary.put(Character.toString(letter), vocabulary.size()));
        return Json.pretty(root);
    }

    /** An adapter on all linear layers. {@code saved}: modules with weights of their own, embed_tokens or lm_head. */
    Path adapter(Path into, int rank, boolean rankStabilised, List<String> saved, long adapterSeed) {
        Random random = new Random(adapterSeed);
        ModelShape shape = ModelShape.of(ConfigReader.read(config(), "tiny"));
        List<TensorSource> tensors = new ArrayList<>();
        for (TensorSpec spec : shape.tensors()) {
            String module = "base_model.model." + spec.name().replaceFirst("\\.weight$", "");
            if (shape.linears().stream().anyMatch(linear -> module.endsWith("." + linear))) {
                tensors.add(tensor(module + ".lora_A.weight", random, 0, rank, spec.shape()[1]));
                tensors.add(tensor(module + ".lora_B.weight", random, 0, spec.shape()[0], rank));
            }
        }
        List<String> places = saved.stream()
                .map(module -> module.equals("lm_head") ? "lm_head.weight" : "model.%s.weight".formatted(module))
                .toList();
        places.forEach(place -> tensors.add(tensor("base_model.model." + place, random, 0, VOCABULARY, 16)));
        new SafetensorsWriter(FILES).write(into.resolve("adapter_model.safetensors"), tensors);
        ObjectNode config = Json.object()
                .put("peft_type", "LORA")
                .put("r", rank)
                .put("lora_alpha", 3)
                .put("use_rslora", rankStabilised);
        shape.linears().forEach(config.putArray("target_modules")::add);
        saved.forEach(config.putArray("modules_to_save")::add);
        FILES.writeText(into.resolve("adapter_config.json"), Json.pretty(config));
        return into;
    }

    private TensorSource tensor(String name, Random random, double centre, long... shape) {
        DType type = name.startsWith("base_model.") ? DType.F32 : dtype;
        TensorSpec spec = new TensorSpec(name, type, shape);
        float[] values = new float[Math.toIntExact(spec.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (centre + 0.3 * random.nextGaussian());
        }
        try (Scope scope = Scope.open()) {
            MemorySegment data = Tensors.of(values, shape).to(type).data();
            MemorySegment own = Arena.ofAuto().allocate(data.byteSize(), 8).copyFrom(data);
            return new TensorSource(spec, () -> own);
        }
    }
}
