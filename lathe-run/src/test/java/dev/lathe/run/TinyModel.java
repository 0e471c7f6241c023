package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.FreshWeights;
import dev.lathe.model.file.CheckpointWriter;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import dev.lathe.train.ModelTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random model with a tokenizer of bytes, and random rows: a training run of it takes a moment.
 *
 * @param folder holds {@code model} and {@code data}
 */
record TinyModel(Path folder) {
    private static final SafeFiles FILES = new SafeFiles(Bench.UNSYNCED);
    private static final String CONFIG = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 259, "hidden_size": 16,
             "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "rms_norm_eps": 1e-5, "max_position_embeddings": 128, "initializer_range": 0.2,
             "tie_word_embeddings": true, "torch_dtype": "float32", "eos_token_id": 258}
            """;

    /** Writes the model and {@code rows} rows of data set {@code tiny}; a function of the seed. */
    static TinyModel write(Path folder, long seed, int rows) {
        Torch.start(1);
        Path model = folder.resolve("model");
        ObjectNode config = (ObjectNode) Json.parse(CONFIG, "tiny");
        FILES.writeText(model.resolve("config.json"), Json.pretty(config));
        FILES.writeText(model.resolve("tokenizer.json"), Json.pretty(tokenizer()));
        FILES.writeText(model.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
                """);
        FreshWeights weights = new FreshWeights(ConfigReader.read(config, "tiny"), seed);
        new CheckpointWriter(FILES).write(model, ModelTensors.of(weights, List.of(), DType.F32), Long.MAX_VALUE);
        TinyModel tiny = new TinyModel(folder);
        tiny.writeData(rows(new Random(seed), rows));
        return tiny;
    }

    Path model() {
        return folder.resolve("model");
    }

    /** Puts other rows in the place of data set {@code tiny}; {@code tiny} is JSON. */
    void writeData(String rows) {
        Path data = folder.resolve("data");
        FILES.writeText(data.resolve("dataset_info.json"), "{\"tiny\": {\"file_name\": \"tiny.json\"}}");
        FILES.writeText(data.resolve("tiny.json"), rows);
    }

    /** A run over the data with small steps; {@code more} adds to it or takes the place of what stands here. */
    List<String> arguments(Path output, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "model_name_or_path=" + model(),
                "dataset_dir=" + folder.resolve("data"),
                "output_dir=" + output,
                "dataset=tiny",
                "template=default",
                "cutoff_len=96",
                "per_device_train_batch_size=2",
                "gradient_accumulation_steps=2",
                "num_train_epochs=2",
                "learning_rate=0.01",
                "lr_scheduler_type=cosine",
                "warmup_steps=1",
                "logging_steps=1",
                "save_strategy=no",
                "plot_loss=false",
                "report_to=none"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static String rows(Random random, int count) {
        ArrayNode rows = Json.MAPPER.createArrayNode();
        for (int i = 0; i < count; i++) {
            rows.addObject()
                    .put("instruction", word(random, 1, 12))
                    .put("input", "")
                    .put("output", word(random, 1, 30));
        }
        return rows.toString();
    }

    private static String word(Random random, int least, int most) {
        return random.ints(random.nextInt(least, most + 1), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** 256 bytes under the names that byte-level BPE gives them, no merges, and the special tokens of chatml. */
    private static ObjectNode tokenizer() {
        ObjectNode json =
                Json.object().put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        json.putNull("normalizer");
        byteLevel(json.putObject("pre_tokenizer"));
        json.putNull("post_processor");
        byteLevel(json.putObject("decoder"));
        ObjectNode model = json.putObject("model")
                .put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        int shifted = 256;
        for (int value = 0; value < 256; value++) {
            boolean shown = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
            vocabulary.put(Character.toString(shown ? value : shifted++), value);
        }
        model.putArray("merges");
        for (String special : List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>")) {
            int id = vocabulary.size();
            vocabulary.put(special, id);
            added.addObject()
                    .put("id", id)
                    .put("content", special)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        return json;
    }

    private static void byteLevel(ObjectNode step) {
        step.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }
}
