package dev.lathe.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Just enough of a GGUF reader to hand tests a real file's vocabulary. The product's reader lives with the models. */
public record GgufMetadata(Map<String, Object> values) {
    public static GgufMetadata of(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            in.position(16);
            long count = in.getLong();
            Map<String, Object> values = new LinkedHashMap<>();
            for (long i = 0; i < count; i++) {
                String key = string(in);
                values.put(key, value(in, in.getInt()));
            }
            return new GgufMetadata(values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String string(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Object value(ByteBuffer in, int type) {
        return switch (type) {
            case 0, 1 -> (int) in.get();
            case 2, 3 -> (int) in.getShort();
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> string(in);
            case 9 -> {
                int element = in.getInt();
                long length = in.getLong();
                List<Object> list = new ArrayList<>();
                for (long i = 0; i < length; i++) {
                    list.add(value(in, element));
                }
                yield list;
            }
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    public GgufVocabulary vocabulary() {
        return new GgufVocabulary(
                text("tokenizer.ggml.model").orElseThrow(),
                text("tokenizer.ggml.pre").orElse(""),
                list("tokenizer.ggml.tokens"),
                list("tokenizer.ggml.scores"),
                list("tokenizer.ggml.token_type"),
                list("tokenizer.ggml.merges"),
                id("bos"),
                id("eos"),
                id("unknown"),
                id("padding"),
                (boolean) values.getOrDefault("tokenizer.ggml.add_bos_token", false),
                (boolean) values.getOrDefault("tokenizer.ggml.add_space_prefix", true),
                text("tokenizer.chat_template"));
    }

    private Optional<String> text(String key) {
        return Optional.ofNullable((String) values.get(key));
    }

    private OptionalInt id(String part) {
        Object id = values.get("tokenizer.ggml." + part + "_token_id");
        return id == null ? OptionalInt.empty() : OptionalInt.of((int) id);
    }

    @SuppressWarnings("unchecked")
    private <T> List<T> list(String key) {
        return (List<T>) values.getOrDefault(key, List.of());
    }
}
