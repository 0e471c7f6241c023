import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Learns seedling's tokenizer from the generated text and writes it as Hugging Face files.
 *
 * <p>{@code java examples/seedling/TrainTokenizer.java DATA_DIR MODEL_DIR}: MODEL_DIR must hold
 * config.json, whose {@code vocab_size} says how many tokens there shall be; tokenizer.json,
 * tokenizer_config.json and generation_config.json are put beside it.
 */
final class TrainTokenizer {
    /** Pads, and nothing else, so that a masked padding never hides the end of a document. */
    private static final String PAD = "<|endoftext|>";

    private static final String TURN = "<|im_start|>";
    /** Ends a turn and, in pre-training, a document. */
    private static final String END = "<|im_end|>";

    private static final List<String> SPECIAL = List.of(PAD, TURN, END);
    private static final String CHAT_TEMPLATE = "{% for message in messages %}"
            + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
            + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private final ByteLevel bytes = new ByteLevel();

    private TrainTokenizer() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: java TrainTokenizer.java DATA_DIR MODEL_DIR (which holds config.json)");
            System.exit(2);
        }
        new TrainTokenizer().run(Path.of(args[0]), Path.of(args[1]));
    }

    private void run(Path data, Path model) throws IOException {
        Map<?, ?> config = (Map<?, ?>) Json.read(Files.readString(model.resolve("config.json")));
        int size = ((Double) config.get("vocab_size")).intValue();
        Map<String, Map<String, Long>> words = new LinkedHashMap<>();
        for (String file : List.of("pretrain.jsonl", "instruct.jsonl")) {
            words.put(file, count(data.resolve(file)));
        }
        Map<String, Long> all = new TreeMap<>();
        words.values().forEach(counts -> counts.forEach((word, n) -> all.merge(word, n, Long::sum)));
        int learnable = size - SPECIAL.size() - bytes.alphabet().size();
        BytePairs pairs = BytePairs.learn(all, learnable);
        int missing = learnable - pairs.tokens().size();
        if (missing > 0) {
            System.err.printf(
                    "the text yields only %,d tokens: set vocab_size in %s to at most that%n",
                    size - missing, model.resolve("config.json"));
            System.exit(1);
        }
        write(model, pairs);
        Map<String, Integer> lengths = new HashMap<>();
        words.forEach((file, counts) -> {
            long tokens = 0;
            for (var word : counts.entrySet()) {
                tokens += word.getValue()
                        * lengths.computeIfAbsent(
                                word.getKey(), w -> pairs.cut(w).size());
            }
            System.out.printf(
                    "%-16s %,12d tokens, %.2f a word%n",
                    file,
                    tokens,
                    (double) tokens
                            / counts.values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum());
        });
    }

    /** How often each word occurs in the texts of a JSON-lines file. */
    private Map<String, Long> count(Path file) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (Stream<String> lines = Files.lines(file)) {
            lines.forEach(line -> {
                for (String text : texts((Map<?, ?>) Json.read(line))) {
                    bytes.words(text).forEach(word -> counts.merge(word, 1L, Long::sum));
                }
            });
        }
        return counts;
    }

    private static List<String> texts(Map<?, ?> row) {
        List<String> texts = new ArrayList<>();
        if (row.get("text") instanceof String text) {
            texts.add(text);
        }
        if (row.get("conversations") instanceof List<?> messages) {
            texts.add("system\nuser\nassistant\n"); // the words of the chat template are words too
            messages.forEach(message -> texts.add((String) ((Map<?, ?>) message).get("value")));
            texts.add((String) row.get("system"));
        }
        return texts;
    }

    private void write(Path model, BytePairs pairs) throws IOException {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        SPECIAL.forEach(token -> vocabulary.put(token, vocabulary.size()));
        bytes.alphabet().forEach(letter -> vocabulary.put(letter, vocabulary.size()));
        List<String> merges = new ArrayList<>();
        pairs.tokens().forEach(token -> vocabulary.put(token, vocabulary.size()));
        pairs.merges().forEach(pair -> merges.add(pair.left() + " " + pair.right()));
        List<String> added = new ArrayList<>();
        Map<String, String> decoder = new LinkedHashMap<>();
        for (String token : SPECIAL) {
            String flags = "\"content\": " + Json.write(token) + ", \"lstrip\": false, \"normalized\": false, "
                    + "\"rstrip\": false, \"single_word\": false, \"special\": true";
            added.add("{\"id\": " + vocabulary.get(token) + ", " + flags + "}");
            decoder.put(vocabulary.get(token).toString(), "{" + flags + "}");
        }
        String byteLevel =
                "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true}";
        Files.writeString(model.resolve("tokenizer.json"), """
            {
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": [
            %s
            ],
            "normalizer": null,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": true},
            %s
            ]},
            "post_processor": null,
            "decoder": %s,
            "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": null,
            "continuing_subword_prefix": null,
            "end_of_word_suffix": null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": false,
            "vocab": %s,
            "merges": %s
            }
            }
            """.formatted(
                        String.join(",\n", added), byteLevel, byteLevel, Json.write(vocabulary), Json.write(merges)));
        Files.writeString(model.resolve("tokenizer_config.json"), """
            {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": null,
            "eos_token": "%s",
            "pad_token": "%s",
            "unk_token": null,
            "additional_special_tokens": ["%s"],
            "add_bos_token": false,
            "clean_up_tokenization_spaces": false,
            "model_max_length": 512,
            "chat_template": %s,
            "added_tokens_decoder": {
            %s
            }
            }
            """.formatted(
                        END,
                        PAD,
                        TURN,
                        Json.write(CHAT_TEMPLATE),
                        decoder.entrySet().stream()
                                .map(e -> "\"" + e.getKey() + "\": " + e.getValue())
                                .reduce((a, b) -> a + ",\n" + b)
                                .orElseThrow()));
        Files.writeString(
                model.resolve("generation_config.json"),
                "{\"do_sample\": false, \"eos_token_id\": %d, \"pad_token_id\": %d}\n"
                        .formatted(vocabulary.get(END), vocabulary.get(PAD)));
    }
}
