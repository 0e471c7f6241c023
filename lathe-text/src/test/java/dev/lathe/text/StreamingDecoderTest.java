package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingDecoderTest {
    private static final int SEEDS = 200;

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "qwen2_5"})
    void piecesTogetherAreTheWholeText(String name) {
        Tokenizer tokenizer = Tokenizer.load(TokenizerGoldenTest.folder(name));
        JsonNode strings = Json.read(Reference.file("reference/goldens/data/encodings.json"))
                .get("strings");
        for (JsonNode string : strings) {
            int[] ids = tokenizer.encode(string.asText());
            String whole = tokenizer.decode(ids, false);
            List<String> pieces = pieces(tokenizer, ids, false);
            assertThat(String.join("", pieces)).isEqualTo(whole);
            if (whole.indexOf('\uFFFD') < 0) {
                assertThat(pieces).noneMatch(piece -> piece.indexOf('\uFFFD') >= 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "qwen2_5"})
    void idsInAnyOrderStreamToTheirWholeText(String name) {
        Tokenizer tokenizer = Tokenizer.load(TokenizerGoldenTest.folder(name));
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            boolean skip = random.nextBoolean();
            int[] ids = IntStream.range(0, 1 + random.nextInt(24))
                    .map(j -> random.nextInt(tokenizer.size()))
                    .toArray();
            assertThat(String.join("", pieces(tokenizer, ids, skip)))
                    .as("seed %d, skip %s, %s", seed, skip, Arrays.toString(ids))
                    .isEqualTo(tokenizer.decode(ids, skip));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "qwen2_5"})
    void plainWordsComeAtOnce(String name) {
        Tokenizer tokenizer = Tokenizer.load(TokenizerGoldenTest.folder(name));
        List<String> pieces = pieces(tokenizer, tokenizer.encode("Once upon a time"), false);
        assertThat(pieces.subList(0, pieces.size() - 1)).noneMatch(String::isEmpty);
        assertThat(pieces.getLast()).isEmpty();
    }

    private static List<String> pieces(Tokenizer tokenizer, int[] ids, boolean skip) {
        StreamingDecoder decoder = new StreamingDecoder(tokenizer, skip);
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(decoder.next(id));
        }
        pieces.add(decoder.finish());
        return pieces;
    }
}
