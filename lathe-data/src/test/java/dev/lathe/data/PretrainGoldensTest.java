package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks of running text, against goldens/data/pretrain.json of the reference. */
class PretrainGoldensTest {
    static Stream<Named<JsonNode>> cases() {
        return Goldens.cases("pretrain.json");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void blocksEqualTheReferences(JsonNode each) {
        Goldens.require();
        DataSettings settings = Goldens.settings(each.get("args"), java.nio.file.Path.of("."));
        assertThat(settings.effectiveCutoffLen())
                .isEqualTo(each.get("effective_cutoff_len").intValue());
        assertThat(settings.packs()).isEqualTo(each.get("effective_packing").asBoolean());
        LoadedData.Set loaded = Goldens.load(each).train();
        TokenizedData samples = loaded.samples();
        assertThat(loaded.report().rows()).isEqualTo(each.get("dataset_rows").intValue());
        for (JsonNode block : each.get("blocks")) {
            assertThat(samples.get(block.get("block").intValue()).inputIds())
                    .containsExactly(Goldens.ints(block.get("input_ids")));
        }
        assertThat(samples.size()).isEqualTo(each.get("n_blocks").intValue());
        assertThat(sha256(samples))
                .isEqualTo(each.get("all_blocks_sha256_int32le").asText());

        int pad = Goldens.token(each, "pad").id();
        long supervised = 0;
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            assertThat(sample.labels())
                    .containsExactly(Arrays.stream(sample.inputIds())
                            .map(id -> id == pad ? Sample.IGNORED : id)
                            .toArray());
            supervised += sample.supervised();
        }
        assertThat(loaded.report().supervised()).isEqualTo(supervised);
    }

    private static String sha256(TokenizedData samples) {
        var hash = Sha256.start();
        for (int i = 0; i < samples.size(); i++) {
            int[] ids = samples.get(i).inputIds();
            ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asIntBuffer().put(ids);
            hash.update(bytes);
        }
        return HexFormat.of().formatHex(hash.digest());
    }
}
