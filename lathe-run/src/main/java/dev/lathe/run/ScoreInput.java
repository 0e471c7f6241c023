package dev.lathe.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.IoReason;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/** What {@code lathe score} is to score. */
public sealed interface ScoreInput {
    /** A text, cut by the model's tokenizer with what it puts around texts of its own accord. */
    record Text(String text) implements ScoreInput {}

    /** Token ids as they are. */
    record Ids(int... ids) implements ScoreInput {}

    /** A file with an object a line, {@code {"text": ...}} or {@code {"ids": [...]}}; empty lines are passed over. */
    record Lines(Path file) implements ScoreInput {}

    /** Reads {@code 1,2,3}. Throws {@link UserError}. */
    static Ids ids(String written) {
        try {
            return new Ids(Arrays.stream(written.strip().split("\\s*,\\s*", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray());
        } catch (NumberFormatException e) {
            throw new UserError(
                    "--ids %s: token ids are whole numbers with commas between, such as 1,403,407".formatted(written),
                    e);
        }
    }

    /**
     * Gives the token ids of each text in turn, checked against the model.
     *
     * @param vocabulary rows of the model's embedding
     */
    static void each(ScoreInput input, Tokenizer tokenizer, int vocabulary, Consumer<int[]> use) {
        switch (input) {
            case Text(String text) ->
                use.accept(checked(tokenizer.encodeWithSpecialTokens(text), vocabulary, "--text"));
            case Ids(int[] ids) -> use.accept(checked(ids, vocabulary, "--ids"));
            case Lines(Path file) -> lines(file, tokenizer, vocabulary, use);
        }
    }

    private static void lines(Path file, Tokenizer tokenizer, int vocabulary, Consumer<int[]> use) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    String place = "%s line %d".formatted(file, number);
                    JsonNode row = Json.parse(line, file.toString(), number);
                    use.accept(checked(row(row, place, tokenizer), vocabulary, place));
                }
            }
        } catch (NoSuchFileException e) {
            throw new UserError("--file %s does not exist".formatted(file), e);
        } catch (MalformedInputException e) {
            throw new UserError("--file %s is not UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new UserError("--file %s cannot be read: %s".formatted(file, IoReason.of(e)), e);
        }
    }

    private static int[] row(JsonNode row, String place, Tokenizer tokenizer) {
        JsonNode text = row.path("text");
        JsonNode ids = row.path("ids");
        if (text.isTextual() && ids.isMissingNode()) {
            return tokenizer.encodeWithSpecialTokens(text.asText());
        }
        if (!ids.isArray() || !text.isMissingNode()) {
            throw new UserError("%s: a line is {\"text\": \"...\"} or {\"ids\": [1, 2, 3]}".formatted(place));
        }
        int[] numbers = new int[ids.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!ids.get(i).isIntegralNumber() || !ids.get(i).canConvertToInt()) {
                throw new UserError("%s: %s is no token id".formatted(place, ids.get(i)));
            }
            numbers[i] = ids.get(i).intValue();
        }
        return numbers;
    }

    private static int[] checked(int[] ids, int vocabulary, String place) {
        if (ids.length == 0) {
            throw new UserError(
                    "%s: there is nothing to score; a text of one token or more is needed".formatted(place));
        }
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new UserError(
                        "%s: %d is no token of this model; ids go from 0 to %d".formatted(place, id, vocabulary - 1));
            }
        }
        return ids;
    }
}
